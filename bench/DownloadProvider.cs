using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using VideoGen.Storage.Processes;

namespace VideoGen.Bench;

/// <summary>
/// A provider in this process that speaks OpenAI's Videos API, whose jobs are finished as soon as they are accepted, and whose videos are one
/// and the same file: a real MP4 of one second with padding behind it, so that copying it is all there is to do.
/// </summary>
internal sealed class DownloadProvider : IAsyncDisposable
{
    /// <summary>Bytes of each video.</summary>
    public const int VideoBytes = 20_000_000;

    public const string Size = "320x180";

    private const int Piece = 1_000_000;

    /// <summary>How long each is on its way to the host at least; 64 at a time are 427 MB/s then.</summary>
    private static readonly TimeSpan AtLeast = TimeSpan.FromSeconds(3);

    private readonly WebApplication server;
    private readonly byte[] video;
    private int jobs, open, most;
    private long openTicks;

    private DownloadProvider(byte[] video)
    {
        this.video = video;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        server = builder.Build();
        server.MapPost("/v1/videos", () => Job(Load.Numbered("video", Interlocked.Increment(ref jobs))));
        server.MapGet("/v1/videos/{id}", Job);
        server.MapDelete("/v1/videos/{id}", (string id) => Results.Json(new { id, @object = "video.deleted", deleted = true }));
        server.MapGet("/v1/videos/{id}/content", Serve);
        server.MapGet("/plain", () => Results.Bytes(video, "video/mp4"));
    }

    /// <summary>Where it listens, without a slash at the end.</summary>
    public string Address => server.Urls.Single();

    /// <summary>How many videos were being fetched by the host at the same time, at most.</summary>
    public int MostOpen => most;

    /// <summary>How long all videos together have been on their way.</summary>
    public TimeSpan Open => TimeSpan.FromTicks(Interlocked.Read(ref openTicks));

    public static async Task<DownloadProvider> Start(string folder)
    {
        var provider = new DownloadProvider(await Video(folder));
        await provider.server.StartAsync();
        return provider;
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private static IResult Job(string id) => Results.Json(new { id, @object = "video", model = "m", status = "completed", progress = 100, created_at = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds(), size = Size, seconds = "1" });

    /// <summary>Not faster than a provider's line may be, so that many really are on their way at a time.</summary>
    private async Task Send(HttpContext context)
    {
        context.Response.ContentType = "video/mp4";
        context.Response.ContentLength = video.Length;
        context.Response.Headers.ETag = "\"bench\"";
        context.Response.Headers.AcceptRanges = "bytes";
        var since = TimeProvider.System.GetTimestamp();
        for (var sent = 0; sent < video.Length; sent += Piece)
        {
            await context.Response.Body.WriteAsync(video.AsMemory(sent, Math.Min(Piece, video.Length - sent)), context.RequestAborted);
            var early = (AtLeast * ((double)sent / video.Length)) - TimeProvider.System.GetElapsedTime(since);
            if (early > TimeSpan.Zero) await Task.Delay(early, TimeProvider.System, context.RequestAborted);
        }
    }

    private async Task Serve(HttpContext context)
    {
        var (since, now) = (TimeProvider.System.GetTimestamp(), Interlocked.Increment(ref open));
        for (var seen = most; now > seen && Interlocked.CompareExchange(ref most, now, seen) != seen;) seen = most;
        try
        {
            await Send(context);
        }
        finally
        {
            Interlocked.Decrement(ref open);
            Interlocked.Add(ref openTicks, TimeProvider.System.GetElapsedTime(since).Ticks);
        }
    }

    private static async Task<byte[]> Video(string folder)
    {
        var path = Path.Combine(folder, "video.mp4");
        await using (var ffmpeg = WatchedProcess.Start(
            "ffmpeg", ["-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", $"testsrc=size={Size}:rate=24:duration=1", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-movflags", "+faststart", path]))
        {
            if (await ffmpeg.Exited != 0) throw new InvalidOperationException($"ffmpeg made no video: {ffmpeg.Errors}");
        }

        // A box that players skip: its length, its type, and nothing.
        var (made, whole) = (await File.ReadAllBytesAsync(path), new byte[VideoBytes]);
        made.CopyTo(whole, 0);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(whole.AsSpan(made.Length), VideoBytes - made.Length);
        "free"u8.CopyTo(whole.AsSpan(made.Length + sizeof(int)));
        return whole;
    }
}
