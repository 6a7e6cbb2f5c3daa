using System.Text.Json;
using System.Text.Json.Serialization;
using VideoGen.Requests;

namespace VideoGen.Silo.Providers.Local;

/// <summary>One line of <c>requests.log</c>.</summary>
/// <param name="What">One of <see cref="LogWords"/>.</param>
/// <param name="Charged">Whether this line's event took money; absent where it decides nothing about money.</param>
/// <param name="Usd">How much, US dollars.</param>
internal sealed record RequestLine(DateTimeOffset At, string What, string? JobId, string ProviderKey, Charged? Charged = null, decimal? Usd = null);

/// <summary>What this provider was asked and did, in the words of its log.</summary>
internal static class LogWords
{
    public const string Submit = "submit";
    public const string SubmitAgain = "submit_again";
    public const string Find = "find";
    public const string Cancel = "cancel";
    public const string Discard = "discard";
    public const string RenderStarted = "render_started";
    public const string Finished = "finished";
    public const string Failed = "failed";
    public const string Cancelled = "cancelled";
}

/// <summary>
/// The append-only book of everything that this provider was asked and did, a JSON object in each line. It is the
/// independent witness of "nobody pays twice": whoever doubts it counts the <c>submit</c> lines of a key.
/// </summary>
internal sealed class RequestLog(string path) : IDisposable
{
    private static readonly JsonSerializerOptions _json = new(LocalJson.Options) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private readonly Lock _lock = new();
    private int? _file;
    private bool _torn;

    /// <exception cref="IOException">The disk is full or gone; the line is not in the log.</exception>
    public void Append(RequestLine line)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(line, _json);
        lock (_lock)
        {
            _file ??= Open();
            byte[] bytes = _torn ? [(byte)'\n', .. json, (byte)'\n'] : [.. json, (byte)'\n'];
            _torn = !PosixFiles.Write(_file.Value, bytes);
            if (_torn) throw new IOException($"'{path}' does not take more lines: make room on its disk.");
        }
    }

    /// <summary>The lines that are whole: a crash of the machine may have torn one.</summary>
    public IEnumerable<RequestLine> Read()
    {
        if (!File.Exists(path)) yield break;
        foreach (var text in File.ReadLines(path))
        {
            if (Parse(text) is { } line) yield return line;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (_file is { } file) PosixFiles.Close(file);
            _file = null;
        }
    }

    private int Open()
    {
        using (var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            if (file.Length > 0)
            {
                file.Seek(-1, SeekOrigin.End);
                _torn = file.ReadByte() != '\n';
            }
        }

        return PosixFiles.OpenToAppend(path);
    }

    private static RequestLine? Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<RequestLine>(text, _json);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
