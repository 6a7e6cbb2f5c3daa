using System.Text.Json;
using System.Text.Json.Serialization;

namespace VideoGen.Fakes;

/// <summary>One request that reached us, and what was decided about it. Written before anything is done.</summary>
/// <param name="What">What was called: <c>submit</c>, <c>check</c>, <c>list</c>, <c>content</c>, <c>delete</c>, or <c>connection</c> for one that was broken before a request was read; <c>held</c> where it waits, and <c>answered</c> when the answer to a submit that waited has left; <c>called</c> for a call of ours.</param>
/// <param name="Decided">What becomes of it, in a word or two.</param>
/// <param name="Mark">The caller's own key of the attempt, wherever the protocol has a place for it.</param>
/// <param name="Fault">What goes wrong on purpose; null where nothing does.</param>
/// <param name="JobId">The job that it made or was about.</param>
/// <param name="Usd">What that job takes, in all, as far as it is decided; US dollars.</param>
/// <param name="Made">The job as it was made; null where none was.</param>
/// <param name="Owner">Whose call is held, or who is called; else null.</param>
/// <param name="Range">Which part of a video is asked for; null for all of it.</param>
/// <param name="IfRange">Of which one.</param>
internal sealed record LogLine(
    DateTimeOffset At,
    string What,
    string Method,
    string Path,
    string Decided,
    string? Mark = null,
    string? IdempotencyKey = null,
    string? Fault = null,
    string? JobId = null,
    decimal? Usd = null,
    Job? Made = null,
    string? Owner = null,
    string? Range = null,
    string? IfRange = null);

/// <summary>An append-only file of lines, each on the disk before what it says happens. The only thing that survives the process.</summary>
internal sealed class ProviderLog : IDisposable
{
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private readonly Lock _gate = new();
    private readonly FileStream _file;

    public ProviderLog(string path)
    {
        Before = File.Exists(path) ? [.. File.ReadLines(path).Where(line => line.Length > 0).Select(line => JsonSerializer.Deserialize<LogLine>(line, Json)!)] : [];
        _file = new(path, FileMode.Append, FileAccess.Write, FileShare.Read);
    }

    /// <summary>What earlier processes wrote.</summary>
    public IReadOnlyList<LogLine> Before { get; }

    public void Write(LogLine line)
    {
        lock (_gate)
        {
            _file.Write(JsonSerializer.SerializeToUtf8Bytes(line, Json));
            _file.WriteByte((byte)'\n');
            _file.Flush(flushToDisk: true);
        }
    }

    public void Dispose() => _file.Dispose();
}
