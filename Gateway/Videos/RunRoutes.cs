using Microsoft.AspNetCore.Http.Features;
using VideoGen.Gateway.Access;
using VideoGen.Gateway.OpenApi;
using VideoGen.Reports;
using VideoGen.Requests;

namespace VideoGen.Gateway.Videos;

/// <summary><c>POST /v1/runs/{run}/cancel</c>: stops all that one run of an agent has on its way, and says what became of each.</summary>
internal static class RunRoutes
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/v1/runs/{run}/cancel", Cancel).Documented(VideoOperations.CancelRun);

    private static async Task<IResult> Cancel(HttpContext http, VideoStop stop, ILogger<VideoStop> logger)
    {
        var run = RunIn(http);
        if (!VideoAsk.IsRun(run)) return Problems.Field("run", $"must be the name of a run, as {AskReader.RunHeader} had it: 1 to {VideoAsk.MaxRunLength} visible ASCII characters.");
        var report = await stop.Stop(new(Caller.Client(http), User: null, Account: null, run, VideoStop.MaxVideos), http.RequestAborted);
        GatewayLog.Stopped(logger, http.TraceIdentifier, report.Videos.Count(video => video.Outcome == StopOutcome.Cancelled), report.Videos.Count);
        var body = StopBody.Of(report);
        return WireJson.Answer(new RunBody("run.cancellation", run, body.Videos, body.Counts, body.Total, body.More));
    }

    // A run's name may have a slash in it, and the server leaves %2F as it is in a path: what it decoded is not one name for one run.
    private static string RunIn(HttpContext http) =>
        Uri.UnescapeDataString(http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Split('?')[0].TrimEnd('/').Split('/')[^2]);
}

/// <summary>What became of a run's videos.</summary>
internal sealed record RunBody(string Object, string Run, IReadOnlyList<StoppedBody> Videos, StopCounts Counts, HeldBody Total, bool More);
