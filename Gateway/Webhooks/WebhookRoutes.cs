using System.Collections.Immutable;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using VideoGen.Gateway.Access;
using VideoGen.Gateway.OpenApi;
using VideoGen.Gateway.Videos;
using VideoGen.Requests;
using VideoGen.Webhooks;

namespace VideoGen.Gateway.Webhooks;

/// <summary><c>/v1/webhooks</c>: where a client wants to be told how its videos end; and <c>POST /v1/videos/{id}/webhooks/redeliver</c>.</summary>
internal static class WebhookRoutes
{
    private const string KeepFor = "keep_for";

    /// <summary>How long the old secret signs along where nobody says otherwise, and the longest.</summary>
    private static readonly TimeSpan KeepsFor = TimeSpan.FromHours(24), KeepsAtMost = TimeSpan.FromDays(7);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/webhooks", Register).Documented(WebhookOperations.Register);
        routes.MapGet("/v1/webhooks", List).Documented(WebhookOperations.List);
        routes.MapPost("/v1/webhooks/secret/rotate", Rotate).Documented(WebhookOperations.Rotate);
        routes.MapGet("/v1/webhooks/{id}", Get).Documented(WebhookOperations.Get);
        routes.MapDelete("/v1/webhooks/{id}", Delete).Documented(WebhookOperations.Delete);
        routes.MapPost("/v1/webhooks/{id}/enable", Enable).Documented(WebhookOperations.Enable);
        routes.MapPost("/v1/webhooks/{id}/ping", Ping).Documented(WebhookOperations.Ping);
        routes.MapPost("/v1/videos/{id}/webhooks/redeliver", Redeliver).Documented(WebhookOperations.Redeliver);
    }

    private static async Task<IResult> Register(HttpContext http, VideoGrains grains, IWebhookClients clients, IOptions<GatewayOptions> options)
    {
        var (ask, problem) = await Read(http, options.Value.BodyLimitBytes, "url", "events");
        if (ask is null) return problem!;
        if (!ask.Has("url")) return Problems.Missing("url", "says where to post to, such as https://example.com/videos.");
        if (ask.Text("url") is not { } url) return Problems.WrongType("url", "must be a string.");
        if (!TryEvents(ask, out var events)) return Problems.Field("events", $"must be a list of some of: {string.Join(", ", WebhookEvents.All)}. Leave it out for all of them.");
        switch (await grains.Webhooks(Caller.Client(http), webhooks => webhooks.Register(url, events)))
        {
            case WebhookRegistration.Registered registered:
                await clients.LookAgain(http.RequestAborted); // What is asked for from now on is told there.
                return WireJson.Answer(WebhookBody.Of(registered.Webhook, registered.Secret));
            case WebhookRegistration.WrongAddress wrong:
                return Problems.Field("url", wrong.Bound);
            default:
                return Problems.TooManyWebhooks(IWebhookBook.MaxPerClient);
        }
    }

    private static async Task<IResult> List(HttpContext http, VideoGrains grains) =>
        WireJson.Answer(new WebhookListBody("list", [.. (await grains.Webhooks(Caller.Client(http), webhooks => webhooks.List())).Select(webhook => WebhookBody.Of(webhook))]));

    private static async Task<IResult> Get(string id, HttpContext http, VideoGrains grains) =>
        await grains.Webhooks(Caller.Client(http), webhooks => webhooks.Find(id)) is { } webhook ? WireJson.Answer(WebhookBody.Of(webhook)) : Problems.WebhookNotFound();

    private static async Task<IResult> Delete(string id, HttpContext http, VideoGrains grains, IWebhookClients clients)
    {
        if (!await grains.Webhooks(Caller.Client(http), webhooks => webhooks.Remove(id))) return Problems.WebhookNotFound();
        await clients.LookAgain(http.RequestAborted);
        return WireJson.Answer(new WebhookDeletedBody(id, "webhook.deleted", Deleted: true));
    }

    private static Task<IResult> Enable(string id, HttpContext http, VideoGrains grains, IOptions<GatewayOptions> options) => WithoutBody(http, options, async () =>
        await grains.Webhooks(Caller.Client(http), webhooks => webhooks.Enable(id)) is { } webhook ? WireJson.Answer(WebhookBody.Of(webhook)) : Problems.WebhookNotFound());

    private static Task<IResult> Ping(string id, HttpContext http, VideoGrains grains, IOptions<GatewayOptions> options) => WithoutBody(http, options, async () =>
        await grains.Webhooks(Caller.Client(http), webhooks => webhooks.Ping(id), waits: true) is { Try: var tried } ping
            ? WireJson.Answer(new WebhookPingBody(id, "webhook.ping", ping.EventId, tried.Trouble is null, tried.Status, tried.Trouble, tried.At.ToUnixTimeSeconds()))
            : Problems.WebhookNotFound());

    private static async Task<IResult> Rotate(HttpContext http, VideoGrains grains, IOptions<GatewayOptions> options)
    {
        var (ask, problem) = await Read(http, options.Value.BodyLimitBytes, KeepFor);
        if (ask is null) return problem!;
        var seconds = ask.Has(KeepFor) ? ask.Number(KeepFor) : (long)KeepsFor.TotalSeconds;
        if (seconds is not >= 0 || seconds > KeepsAtMost.TotalSeconds) return Problems.Field(KeepFor, $"must be a whole number of seconds from 0 to {(long)KeepsAtMost.TotalSeconds}, for which the old secret signs along; leave it out for {(long)KeepsFor.TotalSeconds}.");
        var rotated = await grains.Webhooks(Caller.Client(http), webhooks => webhooks.Rotate(TimeSpan.FromSeconds(seconds.Value)));
        return rotated.Secret is { } secret
            ? WireJson.Answer(new WebhookSecretBody("webhook.secret", secret, rotated.OldUntil?.ToUnixTimeSeconds()))
            : Problems.TooManySecrets(IWebhookBook.MaxSecrets, rotated.NextAt);
    }

    private static Task<IResult> Redeliver(string id, HttpContext http, VideoGrains grains, IOptions<GatewayOptions> options) => WithoutBody(http, options, async () =>
    {
        if (await VideoRoutes.Find(id, http, grains) is not { } view) return Problems.VideoNotFound();
        var hasWebhooks = !(await grains.Webhooks(view.Owner.Client, webhooks => webhooks.List())).IsEmpty;
        switch (await grains.TellAgain(view.Id, hasWebhooks))
        {
            case TellAgainAnswer.Telling:
                http.Response.StatusCode = Problems.GoesOn;
                return WireJson.Answer(new RedeliveryBody(id, "video.redelivery"));
            case TellAgainAnswer.NotEnded:
                return Problems.NotEnded(view);
            case TellAgainAnswer.Nobody:
                return Problems.NobodyToTell();
            default:
                return Problems.VideoNotFound();
        }
    });

    private static async Task<IResult> WithoutBody(HttpContext http, IOptions<GatewayOptions> options, Func<Task<IResult>> answer)
    {
        var (ask, problem) = await Read(http, options.Value.BodyLimitBytes);
        return ask is null ? problem! : await answer();
    }

    // A page of another origin can send anything but JSON without asking first, with whatever right its reader has here.
    private static async Task<(StrictBody? Body, Problem? Problem)> Read(HttpContext http, int limit, params string[] known)
    {
        var mayHaveOne = http.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody != false;
        return (mayHaveOne || http.Request.Headers.Origin.Count > 0) && !IsJson(http.Request) ? (null, Problems.JsonAlone()) : await StrictBody.ReadOrEmpty(http, limit, known);
    }

    private static bool IsJson(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase);

    private static bool TryEvents(StrictBody ask, out ImmutableArray<string> events)
    {
        events = WebhookEvents.All;
        if (!ask.Has("events")) return true;
        if (ask.Texts("events") is not { Count: > 0 } named || named.Any(name => !WebhookEvents.All.Contains(name))) return false;
        events = [.. WebhookEvents.All.Where(named.Contains)];
        return true;
    }
}
