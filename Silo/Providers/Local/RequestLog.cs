using System.Text.Json;
using System.Text.Json.Serialization;
using VideoGen.Requests;

namespace VideoGen.Silo.Providers.Local;

/// <summary>One line of <c>requests.log</c>.</summary>
/// <param name="What">One of <see cref="LogWords"/>.</param>
/// <param name="Charged">Whether this line's event took money; absent where it decides nothing about money.</param>
/// <param name="Usd">How much, US dollars; absent where nobody can say.</param>
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
/// independent witness of "nobody pays twice": whoever doubts it counts the <c>submit</c> lines of a key. It stands in two
/// files, <c>requests.log</c> and, before it, <c>requests.1.log</c>; together they have at least all that is not old.
/// </summary>
internal sealed class RequestLog(string path)
{
    private static readonly JsonSerializerOptions _json = new(LocalJson.Options) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private readonly Lock _lock = new();
    private readonly string _before = Path.ChangeExtension(path, ".1" + Path.GetExtension(path));

    /// <exception cref="IOException">The disk is full or gone; the line is not in the log.</exception>
    public void Append(RequestLine line)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(line, _json);
        lock (_lock)
        {
            // Opened for each line: the file may have become the one before, and that one may have been removed.
            byte[] bytes = EndsTorn() ? [(byte)'\n', .. json, (byte)'\n'] : [.. json, (byte)'\n'];
            var file = PosixFiles.OpenToAppend(path);
            try
            {
                if (!PosixFiles.Write(file, bytes)) throw new IOException($"'{path}' does not take more lines: make room on its disk.");
            }
            finally
            {
                PosixFiles.Close(file);
            }
        }
    }

    /// <summary>The lines that are whole, the oldest first: a crash of the machine may have torn one.</summary>
    public IEnumerable<RequestLine> Read()
    {
        // Opened before it is read, and before the older one: what rotates meanwhile is read twice rather than not at all.
        using var now = OpenToRead(path);
        using var before = OpenToRead(_before);
        foreach (var line in Lines(before).Concat(Lines(now))) yield return line;
    }

    /// <summary>
    /// Makes the log the one before, and removes what was that: when every line of the latter was written before
    /// <paramref name="old"/>, and the log has such a line too. So nothing younger is ever removed.
    /// </summary>
    /// <returns>Whether it was time.</returns>
    /// <exception cref="IOException">The disk is gone, or another process is at it.</exception>
    public bool Rotate(DateTimeOffset old)
    {
        // The second of two processes must look again, or it would remove what the first has just put there.
        using var alone = new FileStream(Path.ChangeExtension(path, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        lock (_lock)
        {
            if (File.Exists(_before) && File.GetLastWriteTimeUtc(_before) >= old.UtcDateTime) return false;
            using (var now = OpenToRead(path))
            {
                if (Lines(now).FirstOrDefault() is not { } first || first.At >= old) return false;
            }

            File.Move(path, _before, overwrite: true);
            return true;
        }
    }

    private static StreamReader? OpenToRead(string path)
    {
        try
        {
            return new(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private static IEnumerable<RequestLine> Lines(StreamReader? file)
    {
        while (file?.ReadLine() is { } text)
        {
            if (Parse(text) is { } line) yield return line;
        }
    }

    private bool EndsTorn()
    {
        using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        if (file.Length == 0) return false;
        file.Seek(-1, SeekOrigin.End);
        return file.ReadByte() != '\n';
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
