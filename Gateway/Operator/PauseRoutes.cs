using Microsoft.Extensions.Options;
using VideoGen.Budgets;
using VideoGen.Gateway.OpenApi;
using VideoGen.Gateway.Videos;
using VideoGen.Requests;

namespace VideoGen.Gateway.Operator;

/// <summary>
/// The kill switch: <c>POST /api/admin/pause</c> and <c>/resume</c>, and <c>GET /api/admin/pauses</c>. When a pause is answered, nothing
/// that it concerns is paid any more.
/// </summary>
internal static class PauseRoutes
{
    /// <summary>Characters, as the contract has it.</summary>
    private const int MaxReason = 200;

    /// <summary>The longest scope: a user's, with its client.</summary>
    private const int MaxScope = 256;

    /// <summary>A year. What is to last longer lasts until a person ends it.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(366);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/admin/pauses", List).Documented(OperatorOperations.Pauses);
        routes.MapPost("/api/admin/pause", Pause).Documented(OperatorOperations.Pause);
        routes.MapPost("/api/admin/resume", Resume).Documented(OperatorOperations.Resume);
    }

    private static Task<IResult> List(HttpContext http, IPauses pauses, TimeProvider time, ILogger<PauseBody> logger) =>
        Asked(http, time, logger, async () => WireJson.Answer(new PausesBody((await pauses.Read(http.RequestAborted)).Select(PauseBody.Of))));

    private static async Task<IResult> Pause(
        HttpContext http, IPauses pauses, VideoStop stop, IModelCatalogue catalogue, IOptions<GatewayOptions> options, TimeProvider time, ILogger<PauseBody> logger)
    {
        var (body, problem) = await StrictBody.Read(http, options.Value.BodyLimitBytes, "scope", "reason", "until", "for", "drain");
        if (body is null) return problem!;
        if (!body.Has("scope")) return Problems.Missing("scope", "says whom to stop: global, client:CLIENT, user:CLIENT/USER or provider:ACCOUNT.");
        var (scope, wrong) = PauseScope.Parse(body.Text("scope"), catalogue);
        if (scope is null) return Problems.Field("scope", wrong);
        if (!body.Has("reason")) return Problems.Missing("reason", $"is a sentence for whoever is stopped by it, of at most {MaxReason} characters.");
        if (body.Text("reason") is not { Length: > 0 and <= MaxReason } reason) return Problems.Field("reason", $"must be one line of 1 to {MaxReason} characters.");
        var now = time.GetUtcNow();
        if (!TryUntil(body, now, out var until, out problem)) return problem!;
        if (body.Has("drain") && body.Flag("drain") is null) return Problems.Field("drain", "must be true or false.");
        var drains = body.Flag("drain") ?? false;

        return await Asked(http, time, logger, async () =>
        {
            var pause = new Pause(scope, PauseKind.Operator, reason, now, until);
            await pauses.Set(pause, CancellationToken.None); // Whoever asked for it and went away meant it.
            GatewayLog.Paused(logger, http.TraceIdentifier, scope, until);
            // A drain goes on without its caller, too.
            await Task.Delay(IPauses.Settle, time, drains ? CancellationToken.None : http.RequestAborted);
            return drains
                ? WireJson.Answer(new PausedBody(PauseBody.Of(pause), await Drain(http, scope, stop, logger)))
                : WireJson.Answer(new PausedBody(PauseBody.Of(pause)));
        });
    }

    // Not before the pause is in force: what is sent until then is cancelled as well.
    private static async Task<StopBody> Drain(HttpContext http, string scope, VideoStop stop, ILogger logger)
    {
        var report = await stop.Drain(PauseScope.Live(scope), CancellationToken.None);
        GatewayLog.Stopped(logger, http.TraceIdentifier, report.Videos.Count(video => video.Outcome == StopOutcome.Cancelled), report.Videos.Count);
        return StopBody.Of(report);
    }

    private static async Task<IResult> Resume(HttpContext http, IPauses pauses, IOptions<GatewayOptions> options, TimeProvider time, ILogger<PauseBody> logger)
    {
        // Whatever the scope is: one whose provider is gone from the catalogue can be lifted, too.
        var (body, problem) = await StrictBody.Read(http, options.Value.BodyLimitBytes, "scope");
        if (body is null) return problem!;
        if (!body.Has("scope")) return Problems.Missing("scope", "is the scope of a pause in force; GET /api/admin/pauses lists them.");
        if (body.Text("scope") is not { Length: > 0 and <= MaxScope } scope) return Problems.Field("scope", "must be the scope of a pause in force; GET /api/admin/pauses lists them.");
        return await Asked(http, time, logger, async () =>
        {
            var lifted = await pauses.Lift(scope, CancellationToken.None);
            GatewayLog.Resumed(logger, http.TraceIdentifier, lifted.Count);
            return WireJson.Answer(new ResumedBody(lifted.Select(PauseBody.Of), (await pauses.Read(http.RequestAborted)).Select(PauseBody.Of)));
        });
    }

    private static bool TryUntil(StrictBody body, DateTimeOffset now, out DateTimeOffset? until, out Problem? problem)
    {
        until = null;
        problem = null;
        if (body.Has("until") && body.Has("for")) problem = Problems.Field("for", "cannot stand beside 'until': send one of them, or none for a pause that a person ends.");
        else if (body.Has("until")) until = body.Moment("until");
        else if (body.Has("for") && body.Number("for") is > 0 and var seconds && seconds <= Longest.TotalSeconds) until = now.AddSeconds(seconds);
        else if (body.Has("for")) problem = Problems.Field("for", $"must be a whole number of seconds from 1 to {(long)Longest.TotalSeconds}; leave it out for a pause that a person ends.");
        if (problem is null && body.Has("until") && (until is not { } end || end <= now || end > now + Longest))
        {
            problem = Problems.Field("until", "must be a moment within the next 366 days, as 2026-11-21T18:30:00Z; leave it out for a pause that a person ends.");
        }

        return problem is null;
    }

    // Here nothing may look as if it had been done: whoever pulls the switch has to know whether it holds.
    private static async Task<IResult> Asked(HttpContext http, TimeProvider time, ILogger logger, Func<Task<IResult>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception exception) when (!http.RequestAborted.IsCancellationRequested)
        {
            GatewayLog.PausesFailed(logger, http.TraceIdentifier, http.RouteName(), exception);
            return Problems.PausesUnknown(time.GetUtcNow());
        }
    }
}

/// <summary>A pause on the wire.</summary>
internal sealed record PauseBody(string Scope, string Kind, string Reason, DateTimeOffset Since, DateTimeOffset? Until)
{
    private static readonly Dictionary<PauseKind, string> Kinds = new()
    {
        [PauseKind.Operator] = "operator", [PauseKind.Reconcile] = "reconcile", [PauseKind.SpendBreaker] = "spend_breaker", [PauseKind.Host] = "host",
    };

    public static PauseBody Of(Pause pause) => new(pause.Scope, Kinds[pause.Kind], pause.Reason, pause.Since, pause.Until);
}

/// <summary>Those that are in force.</summary>
internal sealed record PausesBody(IEnumerable<PauseBody> Pauses);

/// <summary>One that was set.</summary>
/// <param name="Pause">It.</param>
/// <param name="Drain">What became of what was on its way; only where that was asked for.</param>
internal sealed record PausedBody(PauseBody Pause, [property: System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)] StopBody? Drain = null);

/// <summary>Those that were lifted, and those that are left.</summary>
internal sealed record ResumedBody(IEnumerable<PauseBody> Lifted, IEnumerable<PauseBody> Pauses);
