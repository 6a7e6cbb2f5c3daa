using System.Buffers;
using System.Text.RegularExpressions;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using VideoGen.Gateway.Access;
using VideoGen.Gateway.OpenApi;
using VideoGen.Gateway.Videos;
using VideoGen.Providers;
using VideoGen.Reports;
using VideoGen.Requests;

namespace VideoGen.Gateway.Providers;

/// <summary>
/// <c>POST /webhooks/{provider}/{token}</c>: where providers call back. No key of ours opens it: what comes must be at an address that was
/// given out, and signed by the provider. It is answered when its request has been told, and waits for no provider.
/// </summary>
internal static partial class CallbackRoutes
{
    /// <summary>The largest body that is read. What is larger is not heard: its job is found by asking, as if nobody had called.</summary>
    public const int LimitBytes = 1 << 20;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/webhooks/{provider}/{token}", Receive).WithMetadata(OpenToAll.Mark).Documented(HostOperations.Callback);

    private static async Task<IResult> Receive(HttpContext http, string provider, string token, IModelCatalogue catalogue, VideoGrains grains, VideoGenTelemetry telemetry)
    {
        var problem = await Refusal(http, provider, token, catalogue, grains, telemetry);
        return problem is null ? Results.NoContent() : problem;
    }

    private static async Task<Problem?> Refusal(HttpContext http, string provider, string token, IModelCatalogue catalogue, VideoGrains grains, VideoGenTelemetry telemetry)
    {
        // Accounts are those of the configuration: nobody makes a grain by calling a name.
        if (!Token().IsMatch(token) || !catalogue.All.Any(terms => terms.Provider == provider)) return Said(telemetry, CallbackVerdict.UnknownAddress);
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = 2L * LimitBytes;
        var (body, problem) = await Read(http, telemetry);
        if (body is null) return problem;
        return Said(telemetry, await grains.CalledBack(provider, new(token, Header(http, "webhook-id"), Header(http, "webhook-timestamp"), Header(http, "webhook-signature"), body)));
    }

    private static async Task<(string? Body, Problem? Problem)> Read(HttpContext http, VideoGenTelemetry telemetry)
    {
        if (http.Request.ContentLength > LimitBytes) return (null, TooLarge(telemetry));
        var body = await http.Request.BodyReader.ReadAtLeastAsync(LimitBytes + 1, http.RequestAborted);
        try
        {
            return body.Buffer.Length > LimitBytes ? (null, TooLarge(telemetry)) : (Strict.GetString(body.Buffer.ToArray()), null);
        }
        catch (DecoderFallbackException)
        {
            return (null, Said(telemetry, CallbackVerdict.Unreadable));
        }
        finally
        {
            http.Request.BodyReader.AdvanceTo(body.Buffer.End);
        }
    }

    private static Problem TooLarge(VideoGenTelemetry telemetry)
    {
        telemetry.CalledBack("too_large");
        return Problems.BodyTooLarge(LimitBytes);
    }

    private static Problem? Said(VideoGenTelemetry telemetry, CallbackVerdict verdict)
    {
        telemetry.CalledBack(verdict);
        return verdict == CallbackVerdict.Taken ? null : Problems.NotTaken(verdict);
    }

    private static string? Header(HttpContext http, string name) => http.Request.Headers[name] is [{ } value] ? value : null;

    [GeneratedRegex(@"\A[A-Za-z0-9._~-]{1,300}\z", RegexOptions.NonBacktracking)]
    private static partial Regex Token();
}
