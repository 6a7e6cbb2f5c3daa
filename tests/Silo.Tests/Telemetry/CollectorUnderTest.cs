using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace VideoGen.Silo.Tests.Telemetry;

/// <summary>An OpenTelemetry collector on loopback: takes OTLP over HTTP, and keeps what it was sent.</summary>
internal sealed class CollectorUnderTest : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TaskCompletionSource _thaw = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private CollectorUnderTest(bool answers)
    {
        if (answers) _thaw.SetResult();
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(Take);
    }

    public string Address { get; private set; } = "";

    public ConcurrentQueue<(string Path, string? Type, byte[] Body)> Posts { get; } = new();

    /// <summary>Every span that came, in that order.</summary>
    public IReadOnlyList<SentSpan> Spans => [.. Posts.Where(p => p.Path == "/v1/traces").SelectMany(p => SentSpan.Read(p.Body))];

    /// <param name="answers">False: it takes connections and says nothing, like a machine behind a broken network.</param>
    public static async Task<CollectorUnderTest> Start(bool answers = true)
    {
        var collector = new CollectorUnderTest(answers);
        await collector._app.StartAsync();
        collector.Address = collector._app.Urls.Single();
        return collector;
    }

    public bool WasSent(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return Posts.Any(p => p.Body.AsSpan().IndexOf(bytes) >= 0);
    }

    public async ValueTask DisposeAsync()
    {
        _thaw.TrySetResult();
        await _app.DisposeAsync();
    }

    private async Task Take(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        Posts.Enqueue((http.Request.Path, http.Request.ContentType, body.ToArray()));
        await _thaw.Task;
        http.Response.ContentType = "application/x-protobuf"; // An empty answer: all was taken.
    }
}

/// <summary>One span as OTLP's protobuf has it (opentelemetry/proto/trace/v1).</summary>
internal sealed record SentSpan(string Scope, string TraceId, string SpanId, string ParentId, string Name, IReadOnlyDictionary<string, string> Attributes)
{
    public static IEnumerable<SentSpan> Read(byte[] request) =>
        from resource in Protobuf.Messages(request, 1)
        from scope in Protobuf.Messages(resource, 2)
        let name = Protobuf.Text(Protobuf.Messages(scope, 1).FirstOrDefault() ?? [], 1)
        from span in Protobuf.Messages(scope, 2)
        select new SentSpan(
            name,
            Protobuf.Hex(span, 1),
            Protobuf.Hex(span, 2),
            Protobuf.Hex(span, 4),
            Protobuf.Text(span, 5),
            Protobuf.Messages(span, 9).ToDictionary(a => Protobuf.Text(a, 1), a => Protobuf.Value(Protobuf.Messages(a, 2).FirstOrDefault() ?? []), StringComparer.Ordinal));
}

/// <summary>As much of protobuf's wire format as it takes to read spans.</summary>
internal static class Protobuf
{
    public static IEnumerable<byte[]> Messages(byte[] message, int field) => Fields(message).Where(f => f.Field == field && f.Bytes is not null).Select(f => f.Bytes!);

    public static string Text(byte[] message, int field) => Encoding.UTF8.GetString(Messages(message, field).FirstOrDefault() ?? []);

    public static string Hex(byte[] message, int field) => Convert.ToHexStringLower(Messages(message, field).FirstOrDefault() ?? []);

    /// <summary>An attribute's value: a text (field 1) or a number (field 3).</summary>
    public static string Value(byte[] any) => Fields(any).Select(f => f.Field == 1 ? Encoding.UTF8.GetString(f.Bytes!) : $"{f.Number}").FirstOrDefault() ?? "";

    private static List<(int Field, ulong Number, byte[]? Bytes)> Fields(byte[] message)
    {
        var fields = new List<(int, ulong, byte[]?)>();
        for (var at = 0; at < message.Length;)
        {
            var tag = Varint(message, ref at);
            var field = (int)(tag >> 3);
            switch (tag & 7)
            {
                case 0:
                    fields.Add((field, Varint(message, ref at), null));
                    break;
                case 1:
                    fields.Add((field, BitConverter.ToUInt64(message, at), null));
                    at += 8;
                    break;
                case 2:
                    var length = (int)Varint(message, ref at);
                    fields.Add((field, 0, message[at..(at + length)]));
                    at += length;
                    break;
                case 5:
                    fields.Add((field, BitConverter.ToUInt32(message, at), null));
                    at += 4;
                    break;
                default:
                    throw new InvalidDataException($"Wire type {tag & 7} at byte {at}.");
            }
        }

        return fields;
    }

    private static ulong Varint(byte[] message, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = message[at++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80) return value;
        }
    }
}
