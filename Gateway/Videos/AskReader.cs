using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using VideoGen.Access;
using VideoGen.Gateway.Access;
using VideoGen.Requests;

namespace VideoGen.Gateway.Videos;

/// <summary>From an HTTP request to a wish that the catalogue offers, or what is wrong with it.</summary>
internal sealed class AskReader(IModelCatalogue catalogue, IOptions<GatewayOptions> options)
{
    private const string UserHeader = "X-VideoGen-User";

    public async Task<(VideoAsk? Ask, Problem? Problem)> Read(HttpContext http)
    {
        if (MediaTypeProblem(http.Request) is { } mediaType) return (null, mediaType);

        var limit = options.Value.BodyLimitBytes;
        var body = await http.Request.BodyReader.ReadAtLeastAsync(limit + 1, http.RequestAborted);
        try
        {
            if (body.Buffer.Length > limit) return (null, Problems.BodyTooLarge(limit));
            return TryRead(http, body.Buffer.ToArray(), out var ask, out var problem) ? (ask, null) : (null, problem);
        }
        finally
        {
            http.Request.BodyReader.AdvanceTo(body.Buffer.End);
        }
    }

    // Only JSON: a page of another origin cannot send that type without asking first, and nobody here answers such questions.
    private static Problem? MediaTypeProblem(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)) return Problems.MediaType(multipart: false);
        var json = type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase);
        var utf8 = !type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase);
        return json && utf8 ? null : Problems.MediaType(type.Type.Equals("multipart", StringComparison.OrdinalIgnoreCase));
    }

    private bool TryRead(HttpContext http, byte[] bytes, [NotNullWhen(true)] out VideoAsk? ask, [NotNullWhen(false)] out Problem? problem)
    {
        ask = null;
        if (!AskBody.TryParse(bytes, out var body, out problem)) return false;
        if (!TryPrompt(body, out var prompt, out problem)) return false;
        if (!TryUser(http.Request, body, out var user, out problem)) return false;
        if (!TryOptions(body, out var wanted, out problem)) return false;
        ask = new(new(Caller.Client(http), user), prompt, wanted);
        return true;
    }

    private static bool TryPrompt(AskBody body, [NotNullWhen(true)] out string? prompt, [NotNullWhen(false)] out Problem? problem)
    {
        prompt = null;
        problem = null;
        if (body.Prompt is null)
        {
            problem = Problems.Missing("prompt", $"must have 1 to {VideoPrompt.MaxLength} characters that say what the video shows.");
        }
        else if (!VideoPrompt.TryCanonicalize(body.Prompt, out prompt, out var error))
        {
            problem = Problems.Field("prompt", error);
        }

        return problem is null && prompt is not null;
    }

    private static bool TryUser(HttpRequest request, AskBody body, [NotNullWhen(true)] out string? user, [NotNullWhen(false)] out Problem? problem)
    {
        var header = request.Headers[UserHeader];
        var named = header.Count == 0 ? body.User : header[0];
        user = named ?? Owner.Everyone;
        problem = null;
        if (header.Count > 1)
        {
            problem = Problems.Field(UserHeader, "must stand once.");
        }
        else if (!Owner.IsUser(user))
        {
            problem = Problems.Field(header.Count == 0 ? "user" : UserHeader, $"must have 1 to {Owner.MaxUserLength} visible ASCII characters and no spaces.");
        }
        else if (ApiKey.IsIn(user))
        {
            // A user's name is stored and logged.
            problem = Problems.Field(header.Count == 0 ? "user" : UserHeader, "holds an API key, which belongs into the Authorization header alone: that key should be revoked.");
        }
        else if (body.User is not null && body.User != user)
        {
            problem = Problems.Field("user", $"must equal the {UserHeader} header where both are sent.");
        }

        return problem is null;
    }

    private bool TryOptions(AskBody body, [NotNullWhen(true)] out VideoOptions? wanted, [NotNullWhen(false)] out Problem? problem)
    {
        wanted = null;
        problem = null;
        if (catalogue.Find(body.Model ?? catalogue.DefaultModel) is not { } terms)
        {
            problem = Problems.ModelNotFound(catalogue);
            return false;
        }

        var size = body.Size ?? terms.Sizes[0];
        var seconds = body.Seconds ?? terms.Seconds[0];
        if (!terms.Sizes.Contains(size)) problem = Problems.Field("size", $"must be one of: {string.Join(", ", terms.Sizes)} (for {terms.Model}).");
        else if (!terms.Seconds.Contains(seconds)) problem = Problems.Field("seconds", $"must be one of: {string.Join(", ", terms.Seconds)} (for {terms.Model}).");
        else wanted = new(terms.Model, size, seconds);
        return wanted is not null && problem is null;
    }
}
