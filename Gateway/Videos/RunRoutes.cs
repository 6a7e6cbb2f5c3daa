using VideoGen.Access;
using VideoGen.Gateway.Access;
using VideoGen.Gateway.OpenApi;
using VideoGen.Reports;
using VideoGen.Requests;

namespace VideoGen.Gateway.Videos;

/// <summary><c>GET /v1/runs/{run}</c>: what one run of an agent has made and has on its way; <c>POST …/cancel</c> stops the latter, and says what became of each.</summary>
internal static class RunRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/runs/{run}", Get).Documented(VideoOperations.Run);
        routes.MapPost("/v1/runs/{run}/cancel", Cancel).Documented(VideoOperations.CancelRun);
    }

    private static async Task<IResult> Cancel(HttpContext http, VideoStop stop, ILogger<VideoStop> logger)
    {
        var run = PathNames.In(http, 2);
        if (!VideoAsk.IsRun(run)) return NoRun();
        var report = await stop.Stop(new(Caller.Client(http), User: null, Account: null, run, VideoStop.MaxVideos), http.RequestAborted);
        GatewayLog.Stopped(logger, http.TraceIdentifier, report.Videos.Count(video => video.Outcome == StopOutcome.Cancelled), report.Videos.Count);
        var body = StopBody.Of(report);
        return WireJson.Answer(new RunCancellationBody("run.cancellation", run, body.Videos, body.Counts, body.Total, body.More));
    }

    private static async Task<IResult> Get(HttpContext http, VideoGrains grains, ILiveBook book)
    {
        var run = PathNames.In(http, 2);
        if (!VideoAsk.IsRun(run)) return NoRun();
        var client = Caller.Client(http);
        var line = await grains.Quota(new(client, Owner.Everyone), run);
        var live = await book.Live(new(client, User: null, Account: null, run, VideoStop.MaxVideos + 1), http.RequestAborted);
        return WireJson.Answer(new RunBody("run", run, QuotaLineBody.Of(line), [.. live.Take(VideoStop.MaxVideos).Select(round => round.Id.ToString())], live.Count > VideoStop.MaxVideos));
    }

    private static Problem NoRun() => Problems.Field("run", $"must be the name of a run, as {AskReader.RunHeader} had it: 1 to {VideoAsk.MaxRunLength} visible ASCII characters.");
}

/// <summary>A run.</summary>
/// <param name="Run">Its name.</param>
/// <param name="Quota">How many new videos it has made, of how many.</param>
/// <param name="OnTheirWay">The ids of its videos that have not ended.</param>
/// <param name="More">Whether there are more of those.</param>
internal sealed record RunBody(string Object, string Run, QuotaLineBody Quota, IReadOnlyList<string> OnTheirWay, bool More);

/// <summary>What became of a run's videos.</summary>
internal sealed record RunCancellationBody(string Object, string Run, IReadOnlyList<StoppedBody> Videos, StopCounts Counts, HeldBody Total, bool More);
