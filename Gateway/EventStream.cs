using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.Net.Http.Headers;

namespace VideoGen.Gateway;

/// <summary>An answer of server-sent events (HTML, section 9.2), as all of them are written here.</summary>
internal sealed class EventStream
{
    /// <summary>A proxy that hears nothing for a minute closes the connection.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    /// <summary>A connection that lasts longer is closed, and its client comes again: what it may see is looked at anew.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary>The header in which a client that comes again says what it heard last.</summary>
    public const string LastEventId = "Last-Event-ID";

    public const string MediaType = "text/event-stream";

    /// <summary>How soon a client comes again whose connection broke, milliseconds.</summary>
    private const int RetryMs = 2_000;

    private readonly HttpContext http;

    private EventStream(HttpContext http, string heard)
    {
        this.http = http;
        Heard = heard;
    }

    /// <summary>The id of what was heard last: the content's own name, so that it is the same at every host; empty for nothing.</summary>
    public string Heard { get; private set; }

    /// <summary>Begins the answer.</summary>
    public static async Task<EventStream> Begin(HttpContext http)
    {
        http.Response.ContentType = MediaType;
        http.Response.Headers[HeaderNames.CacheControl] = "no-store";
        http.Response.Headers["X-Accel-Buffering"] = "no"; // nginx would keep it until it is full.
        var stream = new EventStream(http, http.Request.Headers[LastEventId].ToString());
        await stream.Write(string.Create(CultureInfo.InvariantCulture, $"retry: {RetryMs}\n\n"));
        return stream;
    }

    /// <summary>Says it, unless it was heard.</summary>
    /// <param name="name">What kind of event it is.</param>
    /// <param name="json">Its data, without line breaks.</param>
    /// <returns>Whether it was said.</returns>
    public async Task<bool> Tell(string name, ReadOnlyMemory<byte> json)
    {
        var id = EntityTag.Of(json.Span);
        if (id == Heard) return false;
        http.Response.BodyWriter.Write(Encoding.UTF8.GetBytes($"id: {id}\nevent: {name}\ndata: "));
        http.Response.BodyWriter.Write(json.Span);
        http.Response.BodyWriter.Write("\n\n"u8);
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
        Heard = id;
        return true;
    }

    /// <summary>Says nothing, so that the connection is not closed.</summary>
    public Task Beat() => Write(":\n\n");

    private async Task Write(string text)
    {
        http.Response.BodyWriter.Write(Encoding.UTF8.GetBytes(text));
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
    }
}
