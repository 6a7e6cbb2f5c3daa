using System.Data.Common;
using Microsoft.Extensions.Options;
using VideoGen.Gateway.Videos;

namespace VideoGen.Gateway;

/// <summary>Turns whatever nobody answered (exceptions, bare status codes of the framework) into a <see cref="Problem"/>.</summary>
internal sealed class FailureBoundary(RequestDelegate next, IOptions<GatewayOptions> options, TimeProvider time, ILogger<FailureBoundary> logger)
{
    /// <summary>What a PostgreSQL server answers with that is being stopped: admin_shutdown, crash_shutdown (appendix A of its manual).</summary>
    private static readonly string[] Stopping = ["57P01", "57P02"];

    public async Task InvokeAsync(HttpContext http)
    {
        try
        {
            await next(http);
            if (!http.Response.HasStarted && http.Response.StatusCode >= 400) await Problems.ForStatus(http.Response.StatusCode).ExecuteAsync(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The caller left; there is nobody to answer.
        }
#pragma warning disable CA1031 // The last place that can answer: whatever it is, the caller gets the envelope and the log gets the rest.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            var problem = Translate(http, exception);
            if (http.Response.HasStarted) http.Abort(); // Half an answer must not look like a whole one.
            else await problem.ExecuteAsync(http);
        }
    }

    private Problem Translate(HttpContext http, Exception exception)
    {
        switch (exception)
        {
            case BadHttpRequestException bad:
                return Problems.For(bad, options.Value);
            case GrainCallException call:
                GatewayLog.GrainFailed(logger, http.TraceIdentifier, http.RouteName(), call.InnerException ?? call);
                return call.WasAsk ? Problems.OutcomeUnknown(time.GetUtcNow()) : Problems.Unavailable(time.GetUtcNow());
            case DbException trouble when IsAway(trouble):
                GatewayLog.DatabaseFailed(logger, http.TraceIdentifier, http.RouteName(), trouble);
                return Problems.Unavailable(time.GetUtcNow());
            default:
                GatewayLog.Unhandled(logger, http.TraceIdentifier, http.RouteName(), exception);
                return Problems.Internal();
        }
    }

    // The database is not there, has no room, or is just being stopped. Any other error of it is ours.
    private static bool IsAway(DbException trouble) => trouble.IsTransient || trouble.InnerException is TimeoutException || (trouble.SqlState is { } state && Stopping.Contains(state));
}
