using System.Text.Json;
using Microsoft.Extensions.Options;
using VideoGen.Gateway.Access;
using VideoGen.Gateway.OpenApi;
using VideoGen.Requests;

namespace VideoGen.Gateway.Videos;

/// <summary>
/// <c>GET /v1/videos/{id}/events</c>: what becomes of a video, as it happens. Server-sent events (HTML, section 9.2): the video as it is, then as
/// it is after each change, until it has ended. Who lost the connection says what was heard last and gets what is different, and who heard the
/// end gets 204, after which no client comes again.
/// </summary>
internal sealed class VideoEvents(VideoGrains grains, VideoWatch watch, StreamCounts streams, TimeProvider time, IOptions<GatewayOptions> options)
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/v1/videos/{id}/events", (string id, HttpContext http, VideoEvents events) => events.Answer(id, http)).Documented(VideoOperations.Events);

    private async Task<IResult> Answer(string id, HttpContext http)
    {
        if (await VideoRoutes.Find(id, http, grains) is not { } view) return Problems.VideoNotFound();
        if (view.Status.IsEnded() && http.Request.Headers[EventStream.LastEventId] == EntityTag.Of(BodyOf(view))) return Results.NoContent();
        if (streams.Open(view.Owner.Client) is not { } place) return Problems.TooManyStreams(options.Value.StreamsPerClient);
        using (place)
        {
            await Tell(view, http);
            return Results.Empty;
        }
    }

    private async Task Tell(VideoView view, HttpContext http)
    {
        var began = time.GetTimestamp();
        var stream = await EventStream.Begin(http);
        await stream.Tell(NameOf(view), BodyOf(view));
        while (!view.Status.IsEnded() && !view.Deleted && time.GetElapsedTime(began) < EventStream.Longest)
        {
            var change = await watch.Next(view, EventStream.Heartbeat, http.RequestAborted);
            if (!await LetIn.StillHolds(http)) return; // Whose key was revoked comes again, and is told so.
            switch (change)
            {
                case VideoChange.Seen { View: var next }:
                    await stream.Tell(NameOf(next), BodyOf(next));
                    view = next;
                    break;
                case VideoChange.None:
                    await stream.Beat();
                    break;
                default:
                    return; // The client comes again, perhaps at another host.
            }
        }
    }

    // What a client sees of it is its id: a grain counts changes that are lost with it, and its count is of all its videos.
    private static byte[] BodyOf(VideoView view) => JsonSerializer.SerializeToUtf8Bytes(VideoBody.Of(view), WireJson.Options);

    private static string NameOf(VideoView view) => view.Deleted ? "video.deleted" : view.Status switch
    {
        VideoStatus.Completed => "video.completed",
        VideoStatus.Failed => "video.failed",
        _ => "video.updated",
    };
}
