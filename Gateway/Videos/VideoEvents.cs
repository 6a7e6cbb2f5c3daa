using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
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
    /// <summary>A proxy that hears nothing for a minute closes the connection.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    /// <summary>How soon a client comes again whose connection broke, milliseconds.</summary>
    private const int RetryMs = 2_000;

    /// <summary>A connection that lasts longer is closed, and its client comes again: what it may see is looked at anew.</summary>
    private static readonly TimeSpan LongestStream = TimeSpan.FromHours(1);

    private const string LastEventId = "Last-Event-ID";

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/v1/videos/{id}/events", (string id, HttpContext http, VideoEvents events) => events.Answer(id, http)).Documented(VideoOperations.Events);

    private async Task<IResult> Answer(string id, HttpContext http)
    {
        if (await VideoRoutes.Find(id, http, grains) is not { } view) return Problems.VideoNotFound();
        var heard = http.Request.Headers[LastEventId].ToString();
        if (view.Status.IsEnded() && heard == EntityTag.Of(BodyOf(view))) return Results.NoContent();
        if (streams.Open(view.Owner.Client) is not { } stream) return Problems.TooManyStreams(options.Value.StreamsPerClient);
        using (stream)
        {
            http.Response.ContentType = "text/event-stream";
            http.Response.Headers[HeaderNames.CacheControl] = "no-store";
            http.Response.Headers["X-Accel-Buffering"] = "no"; // nginx would keep it until it is full.
            await Tell(view, heard, http);
            return Results.Empty;
        }
    }

    private async Task Tell(VideoView view, string heard, HttpContext http)
    {
        var began = time.GetTimestamp();
        await Write(http, $"retry: {RetryMs}\n\n");
        heard = await Tell(view, heard, http.Response, http.RequestAborted);
        while (!view.Status.IsEnded() && !view.Deleted && time.GetElapsedTime(began) < LongestStream)
        {
            switch (await watch.Next(view, Heartbeat, http.RequestAborted))
            {
                case VideoChange.Seen { View: var next }:
                    heard = await Tell(next, heard, http.Response, http.RequestAborted);
                    view = next;
                    break;
                case VideoChange.None:
                    await Write(http, ":\n\n");
                    break;
                default:
                    return; // The client comes again, perhaps at another host.
            }
        }
    }

    // What a client sees of it is its id: a grain counts changes that are lost with it, and its count is of all its videos.
    private static byte[] BodyOf(VideoView view) => JsonSerializer.SerializeToUtf8Bytes(VideoBody.Of(view), WireJson.Options);

    // Unless it was heard.
    private static async Task<string> Tell(VideoView view, string heard, HttpResponse response, CancellationToken aborted)
    {
        var body = BodyOf(view);
        var id = EntityTag.Of(body);
        if (id == heard) return id;
        var name = view.Deleted ? "video.deleted" : view.Status switch
        {
            VideoStatus.Completed => "video.completed",
            VideoStatus.Failed => "video.failed",
            _ => "video.updated",
        };
        response.BodyWriter.Write(Encoding.UTF8.GetBytes($"id: {id}\nevent: {name}\ndata: "));
        response.BodyWriter.Write(body); // JSON of ours has no line breaks.
        response.BodyWriter.Write("\n\n"u8);
        await response.BodyWriter.FlushAsync(aborted);
        return id;
    }

    private static async Task Write(HttpContext http, string text)
    {
        http.Response.BodyWriter.Write(Encoding.UTF8.GetBytes(text));
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
    }
}
