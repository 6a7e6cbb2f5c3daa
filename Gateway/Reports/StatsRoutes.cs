using VideoGen.Access;
using VideoGen.Gateway.Access;
using VideoGen.Gateway.OpenApi;
using VideoGen.Reports;
using VideoGen.Requests;

namespace VideoGen.Gateway.Reports;

/// <summary><c>GET /api/stats</c>: what there is and what did not happen, to the client that asks; to this machine without keys, all of it.</summary>
internal static class StatsRoutes
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/api/stats", Get).Documented(HostOperations.Stats);

    private static async Task<IResult> Get(HttpContext http, IRequestBook book, CancellationToken cancellationToken)
    {
        var client = Caller.Client(http);
        var stats = await book.Stats(client == Owner.LocalClient ? null : client, cancellationToken);
        return WireJson.Answer(new StatsBody(stats with
        {
            ByStatus = VideoStatusWords.All.ToDictionary(status => status, status => stats.ByStatus.GetValueOrDefault(status), StringComparer.Ordinal),
        }));
    }
}

/// <summary>The counts, on the wire.</summary>
internal sealed record StatsBody(VideoStats Stats);
