using Microsoft.Extensions.Logging;
using Orleans.Storage;
using VideoGen.Reports;

namespace VideoGen.Grains.Persistence;

/// <summary>
/// The only code that touches a grain's stored state. One write is in flight at a time; changes that arrive meanwhile share the next.
/// Each change is a pure function of the document that is on disk, so after a lost race or an unknown outcome it is simply applied again.
/// Readers see <see cref="Committed"/>, which is replaced only after the write that contains it returned, but for notes that nobody relies on.
/// </summary>
/// <param name="state">The grain's state; nobody else may use it.</param>
/// <param name="stamp">Applied once to each changed document before it is written.</param>
/// <param name="committed">Told of each document that is newly known to be on disk: before, after. Must not throw.</param>
/// <param name="time">The clock of back-off and of the time limit.</param>
/// <param name="telemetry">Where writes are counted.</param>
/// <param name="logger">Where failed writes are said.</param>
/// <param name="key">The grain's key, for the log.</param>
internal sealed partial class Commit<TDocument>(
    IPersistentState<TDocument> state,
    Func<TDocument, TDocument> stamp,
    Action<TDocument, TDocument> committed,
    TimeProvider time,
    VideoGenTelemetry telemetry,
    ILogger logger,
    string key)
    where TDocument : class
{
    /// <summary>How long a change is tried before its caller is told that the outcome is unknown.</summary>
    public static readonly TimeSpan GiveUpAfter = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan RetryFirst = TimeSpan.FromMilliseconds(100), RetryLongest = TimeSpan.FromSeconds(2);

    private readonly List<Change> waiting = [];
    private bool writing, stale; // Stale: the disk may know better, and was not read since.
    private bool tried; // What is read next may be what was written here.

    /// <summary>What is known to be on disk, and the notes since. Never changed in place.</summary>
    public TDocument Committed { get; private set; } = state.State;

    /// <summary>The same without the notes: what any process would read.</summary>
    public TDocument OnDisk { get; private set; } = state.State;

    /// <summary>
    /// Whether <see cref="Committed"/> was written here, or may have been: who counts what changed counts this. What another activation
    /// wrote, it counted itself.
    /// </summary>
    public bool IsOwn { get; private set; }

    /// <summary>Whether a write ended without an answer that we understood: this activation should go once it is idle.</summary>
    public bool Doubtful { get; private set; }

    /// <summary>
    /// Applies a change to the document on disk. The answer, a document that contains the change, comes after the write that contains it;
    /// at once where nothing changes.
    /// </summary>
    /// <param name="apply">A pure function that gives back the very same document when there is nothing to change. May be applied again.</param>
    /// <param name="untilItLands">The change is never given up while this process lives.</param>
    /// <exception cref="CommitUnknownException">It could not be written and read back in <see cref="GiveUpAfter"/>; it may or may not be on disk.</exception>
    public Task<TDocument> Record(Func<TDocument, TDocument> apply, bool untilItLands = false)
    {
        var change = new Change(apply, untilItLands, time.GetTimestamp());
        waiting.Add(change);
        if (!writing) _ = WriteAll(); // Not detached: whoever recorded a change awaits its answer.
        return change.Landed.Task;
    }

    /// <summary>
    /// Applies a change in memory alone, where losing it costs nothing but doing something harmless again. The next write takes it along;
    /// whoever reads the document has not heard of it.
    /// </summary>
    /// <param name="apply">A pure function; null where the change must be written.</param>
    /// <returns>False where it must be recorded: because it must be written, or because a write is under way that would undo the note.</returns>
    public bool TryNote(Func<TDocument, TDocument?> apply)
    {
        if (writing || stale || apply(Committed) is not { } next) return false;
        var before = Committed;
        Committed = next;
        committed(before, next);
        return true;
    }

    /// <summary>Reads the document again, for somebody who has seen on disk what this activation does not know.</summary>
    /// <exception cref="CommitUnknownException">It could not be read in <see cref="GiveUpAfter"/>.</exception>
    public Task<TDocument> Refresh()
    {
        stale = true;
        return Record(document => document);
    }

    private async Task WriteAll()
    {
        writing = true;
        try
        {
            while (waiting.Count > 0) await WriteBatch();
        }
        finally
        {
            writing = false;
        }
    }

    private async Task WriteBatch()
    {
        List<Change> batch = [];
        for (var failures = 0; ; failures++)
        {
            batch.AddRange(waiting);
            waiting.Clear();
            try
            {
                if (stale) await ReadAgain();
                await Write(batch);
                return;
            }
#pragma warning disable CA1031 // Whatever the storage throws, the outcome is the same: unknown until it is read again.
            catch (Exception e)
#pragma warning restore CA1031
            {
                if (!stale) CountFailed(lostRace: e is InconsistentStateException);
                Doubtful = stale = true;
                LogWriteFailed(key, failures + 1, batch.Exists(c => c.UntilItLands), e);
            }

            batch.RemoveAll(GiveUp);
            if (batch.Count == 0) return;
            var wait = RetryFirst * Math.Pow(2, Math.Min(failures, 10));
            await Task.Delay(wait < RetryLongest ? wait : RetryLongest, time);
        }
    }

    private async Task ReadAgain()
    {
        await state.ReadStateAsync();
        stale = false;
        Replace(state.State);
    }

    private async Task Write(List<Change> batch)
    {
        var next = Committed;
        foreach (var change in batch.ToArray())
        {
            if (change.TryApply(ref next) is not { } bug) continue;
            batch.Remove(change);
            change.Landed.TrySetException(bug); // Trying again cannot help; whoever shares the batch must not wait for it.
        }

        if (!ReferenceEquals(next, Committed))
        {
            next = stamp(next);
            state.State = next;
            tried = true;
            await state.WriteStateAsync();
            Replace(next);
            telemetry.Written(typeof(TDocument).Name, WriteOutcome.Written);
        }

        foreach (var change in batch) change.Landed.TrySetResult(next);
    }

    private void Replace(TDocument next)
    {
        var before = Committed;
        Committed = OnDisk = next;
        IsOwn = tried;
        tried = false;
        committed(before, next);
    }

    private void CountFailed(bool lostRace)
    {
        if (lostRace) tried = false;
        telemetry.Written(typeof(TDocument).Name, lostRace ? WriteOutcome.LostRace : WriteOutcome.Failed);
    }

    private bool GiveUp(Change change)
    {
        if (change.UntilItLands || time.GetElapsedTime(change.Since) < GiveUpAfter) return false;
        change.Landed.TrySetException(new CommitUnknownException(key));
        return true;
    }

    private sealed record Change(Func<TDocument, TDocument> Apply, bool UntilItLands, long Since)
    {
        public TaskCompletionSource<TDocument> Landed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Exception? TryApply(ref TDocument document)
        {
            try
            {
                document = Apply(document);
                return null;
            }
#pragma warning disable CA1031 // Its own caller gets it, whatever it is.
            catch (Exception e)
#pragma warning restore CA1031
            {
                return e;
            }
        }
    }

    [LoggerMessage(1, LogLevel.Error, "Write {Failures} of {Key} failed; reading it again (a fact about money waits: {AboutMoney})")]
    private partial void LogWriteFailed(string key, int failures, bool aboutMoney, Exception exception);
}

/// <summary>A change may or may not be on disk. Whoever asked may ask again: every change is safe to repeat.</summary>
public sealed class CommitUnknownException(string key)
    : Exception($"The document of {key} could not be written and read back in time; the change may or may not stand.");
