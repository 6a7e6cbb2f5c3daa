using System.Globalization;
using Microsoft.Extensions.Logging;
using VideoGen.Storage.States;

namespace VideoGen.Storage.Reconciles;

/// <summary>
/// What this host remembers of its database outside of it, in its data folder, so that it notices when the database was restored from a
/// backup. No paid submit leaves before what it rests on is remembered on disk. Submits that wait together share one write.
/// </summary>
/// <param name="folder">The data folder.</param>
/// <param name="name">The file's name there.</param>
/// <param name="time">The clock of waits.</param>
/// <param name="logger">Where it says that it cannot be written.</param>
public sealed partial class DatabaseMemory(string folder, string name, TimeProvider time, ILogger<DatabaseMemory> logger)
{
    /// <summary>The file's name, where one host has the data folder for itself.</summary>
    public const string Name = "database.json";

    /// <summary>The file's name for a silo that shares the folder with others of its machine.</summary>
    public static string NameFor(int siloPort) => string.Create(CultureInfo.InvariantCulture, $"database-{siloPort}.json");

    private const int Largest = 10_000;

    /// <summary>Who waited so long for its turn is not sent any more anyway.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly DatabaseFile file = new(folder, name);
    private Batches<Note, bool>? writes;
    private volatile DatabaseMark? known;
    private volatile string? trouble;

    /// <summary>The furthest that is known of the database: whatever is asked of it from now on must have come as far. Null until <see cref="Begin"/>.</summary>
    internal DatabaseMark? Known => known;

    /// <summary>Why nothing may be paid: it could not be written down last. Null while it can.</summary>
    public string? Trouble => trouble;

    /// <inheritdoc cref="DatabaseFile.Read"/>
    internal DatabaseMark? Read() => file.Read();

    internal string Path => file.Path;

    /// <summary>The database as it is believed from now on, whatever was remembered before. What cannot be written is <see cref="Trouble"/>, and is tried again.</summary>
    internal async Task Begin(DatabaseMark mark)
    {
        try
        {
            await Write(new(mark, Replaces: true)).ConfigureAwait(false);
        }
        catch (Exception e) when (IsOfDisk(e))
        {
            // Said, and tried again.
        }
    }

    /// <summary>Ends when this, or something later, is on disk.</summary>
    /// <exception cref="IOException">The disk is full, read-only or gone.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder is not ours to write.</exception>
    /// <exception cref="TimeoutException">The disk is too slow; nothing was written.</exception>
    internal Task Remember(DatabaseMark mark) => Write(new(mark, Replaces: false));

    /// <summary>Where the last write failed: tries it once more. Null when all is on disk; else what to do.</summary>
    public async Task<string?> TryAgain()
    {
        if (trouble is not null && known is { } mark) await Begin(mark).ConfigureAwait(false);
        return trouble;
    }

    private Task Write(Note note) => LazyInitializer.EnsureInitialized(ref writes, () => new(lanes: 1, Largest, Patience, time, WriteAll)).Ask(note);

    private Task WriteAll(IReadOnlyList<Pending<Note, bool>> batch)
    {
        var next = known;
        foreach (var note in batch.Select(pending => pending.Ask)) next = next is null || note.Replaces ? note.Mark : next.Later(note.Mark);
        known = next;
        try
        {
            file.Write(next!);
            if (trouble is not null) LogWritten(logger, file.Path);
            trouble = null;
        }
        catch (Exception e) when (IsOfDisk(e))
        {
            if (trouble is null) LogNotWritten(logger, file.Path, e);
            trouble = $"What was paid cannot be remembered outside the database: {file.Path} cannot be written. Make room, or make its folder writable.";
            throw;
        }

        foreach (var pending in batch) pending.Succeed(true);
        return Task.CompletedTask;
    }

    internal static bool IsOfDisk(Exception e) => e is IOException or UnauthorizedAccessException or TimeoutException;

    private sealed record Note(DatabaseMark Mark, bool Replaces);

    [LoggerMessage(1, LogLevel.Critical, "{Path} cannot be written: nothing is paid until it can")]
    private static partial void LogNotWritten(ILogger logger, string path, Exception exception);

    [LoggerMessage(2, LogLevel.Information, "{Path} is written again")]
    private static partial void LogWritten(ILogger logger, string path);
}
