using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using VideoGen.Access;
using VideoGen.Gateway.Access;
using VideoGen.Requests;
using VideoGen.Webhooks;

namespace VideoGen.Gateway.Videos;

/// <summary>From an HTTP request to a wish that the catalogue offers, or what is wrong with it.</summary>
internal sealed class AskReader(IModelCatalogue catalogue, ClientModels models, AskInput inputs, IWebhookClients webhooks, IOptions<GatewayOptions> options) : IDisposable
{
    /// <summary>Names an agent's run.</summary>
    public const string RunHeader = "X-VideoGen-Run";

    private const string UserHeader = "X-VideoGen-User", KeyHeader = "Idempotency-Key";

    /// <summary>Forms are read so many at a time: each may hold a picture in memory.</summary>
    private const int MaxForms = 16;

    private readonly SemaphoreSlim _forms = new(MaxForms);

    /// <summary>Reads <c>POST /v1/videos</c>.</summary>
    public async Task<(ReadAsk? Ask, Problem? Problem)> Read(HttpContext http)
    {
        var (body, problem) = await ReadBody(http, AskBody.Create);
        if (body is null || !TryOptions(http, body, out var wanted, out problem)) return (null, problem);
        return await Finish(http, body, wanted, remixOf: null);
    }

    /// <summary>Reads <c>POST /v1/videos/{id}/remix</c>: model, size and seconds are the source's.</summary>
    public async Task<(ReadAsk? Ask, Problem? Problem)> ReadRemix(HttpContext http, VideoView source)
    {
        var (body, problem) = await ReadBody(http, AskBody.Remix);
        if (body is null) return (null, problem);
        if (catalogue.Find(source.Options.Model) is not { Remixes: true }) return (null, Problems.RemixNotOffered(source.Options.Model));
        if (models.Refusal(Caller.Client(http), source.Options.Model, isSaid: true) is { } refusal) return (null, refusal);
        return await Finish(http, body, source.Options, source);
    }

    /// <summary>Reads <c>GET /v1/videos/quote</c>: what an ask would say in its body stands in the address.</summary>
    public async Task<(ReadAsk? Ask, Problem? Problem)> ReadQuote(HttpContext http)
    {
        var body = new AskBody(AskBody.Quote);
        foreach (var (name, values) in http.Request.Query)
        {
            foreach (var value in values)
            {
                if (body.TakeField(name, value ?? "") is { } wrong) return (null, wrong);
            }
        }

        return TryOptions(http, body, out var wanted, out var problem) ? await Finish(http, body, wanted, remixOf: null) : (null, problem);
    }

    public void Dispose() => _forms.Dispose();

    private async Task<(AskBody? Body, Problem? Problem)> ReadBody(HttpContext http, IReadOnlyList<string> known)
    {
        if (!MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type)) return (null, Problems.MediaType());
        var body = new AskBody(known);
        var problem = IsJson(type) ? await ReadJson(http, body)
            : type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase) ? await ReadForm(http, type, body)
            : Problems.MediaType();
        return problem is null ? (body, null) : (null, problem);
    }

    private static bool IsJson(MediaTypeHeaderValue type) =>
        type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
        && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase));

    private async Task<Problem?> ReadJson(HttpContext http, AskBody into)
    {
        var limit = options.Value.BodyLimitBytes;
        var body = await http.Request.BodyReader.ReadAtLeastAsync(limit + 1, http.RequestAborted);
        try
        {
            return body.Buffer.Length > limit ? Problems.BodyTooLarge(limit) : into.ReadJson(body.Buffer.ToArray());
        }
        finally
        {
            http.Request.BodyReader.AdvanceTo(body.Buffer.End);
        }
    }

    private async Task<Problem?> ReadForm(HttpContext http, MediaTypeHeaderValue type, AskBody into)
    {
        // A page of another origin can send a form without asking first, with whatever right its reader has here.
        if (http.Request.Headers.Origin is { Count: > 0 } origin && origin != $"{http.Request.Scheme}://{http.Request.Host}") return Problems.ForeignOrigin();
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = options.Value.InputLimitBytes + 2L * options.Value.BodyLimitBytes;
        await _forms.WaitAsync(http.RequestAborted);
        try
        {
            var form = new AskForm(inputs, options.Value.BodyLimitBytes);
            return await form.Read(http.Request, HeaderUtilities.RemoveQuotes(type.Boundary).Value, into, http.RequestAborted);
        }
        finally
        {
            _forms.Release();
        }
    }

    private async Task<(ReadAsk? Ask, Problem? Problem)> Finish(HttpContext http, AskBody body, VideoOptions wanted, VideoView? remixOf)
    {
        if (!TryPrompt(body, out var prompt, out var problem)) return (null, problem);
        if (!TryUser(http.Request, body, out var user, out problem)) return (null, problem);
        if (!TryName(http.Request, RunHeader, VideoAsk.IsRun, VideoAsk.MaxRunLength, out var run, out problem)) return (null, problem);
        if (!TryName(http.Request, KeyHeader, IdempotencyKey.IsKey, IdempotencyKey.MaxLength, out var key, out problem)) return (null, problem);
        if (body.Confirmation is { Length: 0 or > MaxConfirmation }) return (null, Problems.Field("confirmation", "must be the token of an offer."));
        var owner = new Owner(Caller.Client(http), user);
        if (remixOf is not null && remixOf.Owner != owner) return (null, Problems.VideoNotFound());
        var (input, wrong) = await InputOf(owner.Client, body, wanted, http.RequestAborted);
        if (wrong is not null) return (null, wrong);
        var ask = new VideoAsk(owner, prompt, wanted, remixOf?.Id, input, run, body.Variation, body.Confirmation) { WebhookUrl = body.WebhookUrl, HasWebhooks = webhooks.HasWebhooks(owner.Client) };
        return (new(ask, key), null);
    }

    private const int MaxConfirmation = 64;

    private async Task<(InputFile? Input, Problem? Problem)> InputOf(string client, AskBody body, VideoOptions wanted, CancellationToken cancellationToken)
    {
        if (body.Input is null && body.InputUrl is null) return (null, null);
        if (catalogue.Find(wanted.Model) is not { TakesInput: true }) return (null, Problems.Field(AskBody.InputReference, $"is not taken by {wanted.Model}; leave it out."));
        if (body.Input is { } stored) return (stored, null);
        return await inputs.Take(client, body.InputUrl!, cancellationToken);
    }

    private static bool TryName(HttpRequest request, string header, Predicate<string> isName, int maxLength, out string? name, [NotNullWhen(false)] out Problem? problem)
    {
        var sent = request.Headers[header];
        name = sent.Count == 0 ? null : sent[0];
        problem = sent.Count > 1 ? Problems.Field(header, "must stand once.")
            : name is not null && !isName(name) ? Problems.Field(header, $"must have 1 to {maxLength} visible ASCII characters and no spaces.")
            : null;
        return problem is null;
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

    private bool TryOptions(HttpContext http, AskBody body, [NotNullWhen(true)] out VideoOptions? wanted, [NotNullWhen(false)] out Problem? problem)
    {
        wanted = null;
        problem = null;
        if (catalogue.Find(body.Model ?? catalogue.DefaultModel) is not { } terms)
        {
            problem = Problems.ModelNotFound(catalogue.All.Select(terms => terms.Model));
            return false;
        }

        if (models.Refusal(Caller.Client(http), terms.Model, isSaid: body.Model is not null) is { } refusal)
        {
            problem = refusal;
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

/// <summary>An ask as it came in.</summary>
/// <param name="Ask">What is wished.</param>
/// <param name="IdempotencyKey">The caller's key for it; null where it sent none.</param>
internal sealed record ReadAsk(VideoAsk Ask, string? IdempotencyKey)
{
    /// <summary>What the key stands for: the meaning of the body, whatever its spelling.</summary>
    public string Fingerprint => Convert.ToHexStringLower(SHA256.HashData(Ask.WebhookUrl is { } url ? [.. Meaning, .. Encoding.UTF8.GetBytes(url)] : Meaning));

    // What stands in the database was made of just these members.
    private byte[] Meaning => JsonSerializer.SerializeToUtf8Bytes(new
    {
        Ask.Prompt,
        Ask.Options,
        RemixOf = Ask.RemixOf?.ToString(),
        Input = Ask.Input?.Sha256,
        Ask.AnotherTake,
        Ask.Confirmation,
    });
}
