using VideoGen.Reports;
using VideoGen.Requests;

namespace VideoGen.Gateway.Reports;

/// <summary><c>GET /api/stats</c>: what there is and what did not happen.</summary>
internal static class StatsRoutes
{
    private static readonly string[] Statuses =
        [VideoStatusWords.Queued, VideoStatusWords.InProgress, VideoStatusWords.Cancelling, VideoStatusWords.Completed, VideoStatusWords.Failed];

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/api/stats", Get);

    private static async Task<IResult> Get(IRequestBook book, CancellationToken cancellationToken)
    {
        var stats = await book.Stats(cancellationToken);
        return WireJson.Answer(new
        {
            Stats = new
            {
                stats.TotalVideos,
                ByStatus = Statuses.ToDictionary(status => status, status => stats.ByStatus.GetValueOrDefault(status), StringComparer.Ordinal),
                stats.DuplicatesPrevented,
                stats.UsdPrevented,
                stats.DeadLettered,
            },
        });
    }
}
