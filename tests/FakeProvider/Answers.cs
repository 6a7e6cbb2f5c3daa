using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace VideoGen.Fakes;

/// <summary>An answer.</summary>
/// <param name="Headers">What else is in its head.</param>
internal sealed record Reply(int Status, byte[] Body, string ContentType = "application/json", params (string Name, string Value)[] Headers)
{
    public static Reply Json(int status, object body) => new(status, JsonSerializer.SerializeToUtf8Bytes(body, ProviderLog.Json));
}

/// <summary>Sends answers as they should be, and as they should not.</summary>
internal sealed class Answers(TimeProvider time)
{
    private const int HugeBytes = 64 << 20;

    private static readonly TimeSpan _betweenDrips = TimeSpan.FromMilliseconds(100);

    public static async Task Send(HttpContext context, Reply reply)
    {
        context.Response.StatusCode = reply.Status;
        if (reply.Body.Length == 0) return; // 204 may have none.
        context.Response.ContentType = reply.ContentType;
        context.Response.ContentLength = reply.Body.Length;
        foreach (var (name, value) in reply.Headers) context.Response.Headers[name] = value;
        await context.Response.Body.WriteAsync(reply.Body);
    }

    /// <param name="context">The request, read to its end.</param>
    /// <param name="fault">What goes wrong.</param>
    /// <param name="right">What the answer would be without it.</param>
    public async Task Send(HttpContext context, Fault fault, Reply right)
    {
        var gone = context.RequestAborted;
        switch (fault.Do)
        {
            case FaultWords.Reset:
                Reset(SocketOf(context));
                break;
            case FaultWords.Close:
                Close(SocketOf(context));
                break;
            case FaultWords.Silence:
                await Task.Delay(Timeout.InfiniteTimeSpan, time, gone).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                break;
            case FaultWords.Answer:
                // By hand: the server's own library refuses to send much of what a strange server sends.
                await SendRaw(context, Head(fault.Status, fault.ContentType, Encoding.UTF8.GetByteCount(fault.Body), fault.RetryAfter is null ? [] : [("Retry-After", fault.RetryAfter)]) + fault.Body);
                Close(SocketOf(context));
                break;
            case FaultWords.Redirect:
                context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
                context.Response.Headers.Location = context.Request.Path.Value;
                break;
            case FaultWords.Garbage:
                await Send(context, new(200, "I am sure it will be a lovely video."u8.ToArray()));
                break;
            case FaultWords.NotHttp:
                await SendRaw(context, "220 mail.example.com ESMTP ready\r\n");
                Close(SocketOf(context));
                break;
            case FaultWords.Half:
                await SendHalf(context, right);
                Close(SocketOf(context)); // A reset would take away what was just sent.
                break;
            case FaultWords.Stall:
                await SendHalf(context, right);
                await Task.Delay(Timeout.InfiniteTimeSpan, time, gone).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                break;
            case FaultWords.Huge:
                await SendHuge(context, right);
                break;
            case FaultWords.Drip:
                await SendSlowly(context, right);
                break;
            case FaultWords.WrongType:
                await Send(context, right with { ContentType = "text/html" });
                break;
            default:
                await Send(context, right);
                break;
        }
    }

    /// <summary>The connection ends with a reset, as when a process or a network between dies.</summary>
    public static void Reset(Socket socket)
    {
        socket.LingerState = new(enable: true, seconds: 0);
        socket.Close();
    }

    private static void Close(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (SocketException)
        {
            // The other side was faster.
        }

        socket.Close();
    }

    private static async Task SendHuge(HttpContext context, Reply right)
    {
        context.Response.StatusCode = right.Status;
        context.Response.ContentType = right.ContentType;
        context.Response.ContentLength = HugeBytes + right.Body.Length;
        var blanks = new byte[1 << 20];
        blanks.AsSpan().Fill((byte)' ');
        for (var sent = 0; sent < HugeBytes && !context.RequestAborted.IsCancellationRequested; sent += blanks.Length) await context.Response.Body.WriteAsync(blanks);
        await context.Response.Body.WriteAsync(right.Body);
    }

    private static async Task SendHalf(HttpContext context, Reply right)
    {
        await SendRaw(context, Head(right.Status, right.ContentType, right.Body.Length, right.Headers));
        await SocketOf(context).SendAsync(right.Body.AsMemory(0, right.Body.Length / 2), context.RequestAborted);
    }

    private async Task SendSlowly(HttpContext context, Reply right)
    {
        context.Response.StatusCode = right.Status;
        context.Response.ContentType = right.ContentType;
        context.Response.ContentLength = right.Body.Length;
        foreach (var one in right.Body)
        {
            if (context.RequestAborted.IsCancellationRequested) return;
            await context.Response.Body.WriteAsync(new[] { one });
            await context.Response.Body.FlushAsync();
            await Task.Delay(_betweenDrips, time, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task SendRaw(HttpContext context, string text) => await SocketOf(context).SendAsync(Encoding.UTF8.GetBytes(text), context.RequestAborted);

    private static string Head(int status, string contentType, int length, (string Name, string Value)[] headers) => string.Create(
        CultureInfo.InvariantCulture,
        $"HTTP/1.1 {status} On Purpose\r\nContent-Type: {contentType}\r\nContent-Length: {length}\r\n{string.Concat(headers.Select(header => $"{header.Name}: {header.Value}\r\n"))}Connection: close\r\n\r\n");

    private static Socket SocketOf(HttpContext context) => context.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket;
}
