using System.Security.Cryptography;
using System.Text.Json;
using NpgsqlTypes;
using VideoGen.Storage.Files;

namespace VideoGen.Storage.Reconciles;

/// <summary>The file in which a host remembers a <see cref="DatabaseMark"/>: replaced whole, and on disk when it is. Only its owner can read it.</summary>
internal sealed class DatabaseFile(string folder, string name)
{
    /// <summary>What the files of all hosts begin with that share a data folder.</summary>
    private const string Names = "database*.json";

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    public string Path => System.IO.Path.Combine(folder, name);

    /// <summary>What it says; where it is not there, what those of other hosts in the same folder say that came furthest. Null where there is none.</summary>
    /// <exception cref="InvalidDataException">One is there, and cannot be understood.</exception>
    /// <exception cref="IOException">One is there, and cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">One is somebody else's.</exception>
    public DatabaseMark? Read()
    {
        if (File.Exists(Path)) return Read(Path);
        return Directory.Exists(folder) ? Directory.EnumerateFiles(folder, Names).Select(Read).MaxBy(mark => mark.Position) : null;
    }

    /// <exception cref="IOException">The disk is full, read-only or gone; what was there before is still there.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder is not ours to write.</exception>
    public void Write(DatabaseMark mark)
    {
        var unfinished = $"{Path}.{RandomNumberGenerator.GetHexString(16, lowercase: true)}";
        var mode = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) mode.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            using (var file = new FileStream(unfinished, mode))
            {
                file.Write(JsonSerializer.SerializeToUtf8Bytes(Text.Of(mark), Json));
                file.Flush(flushToDisk: true);
            }

            File.Move(unfinished, Path, overwrite: true);
            DurableFolder.Sync(folder);
        }
        catch
        {
            Discard(unfinished);
            throw;
        }
    }

    private static DatabaseMark Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<Text>(File.ReadAllBytes(path), Json)?.Mark ?? throw Damaged(path);
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            throw Damaged(path);
        }
    }

    private static void Discard(string unfinished)
    {
        try
        {
            File.Delete(unfinished);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What went wrong before is what the caller has to know.
        }
    }

    private static InvalidDataException Damaged(string path) => new($"{path} cannot be understood.");

    private sealed record Text(string Installation, string System, int Timeline, string Position, string? Submit, DateTimeOffset? SubmitAt)
    {
        public DatabaseMark? Mark => Installation is null || System is null || Position is null
            ? null
            : new(Installation, System, Timeline, NpgsqlLogSequenceNumber.Parse(Position), Submit is null || SubmitAt is not { } at ? null : new(Submit, at));

        public static Text Of(DatabaseMark mark) => new(mark.Installation, mark.System, mark.Timeline, mark.Position.ToString(), mark.LastSubmit?.Nonce, mark.LastSubmit?.At);
    }
}
