using VideoGen.Budgets;
using VideoGen.Storage.Reconciles;
using VideoGen.Storage.States;

namespace VideoGen.Storage.Budgets;

/// <summary>
/// The last look before a paid submit: what the database says of it, whether its clock can be right, and whether it is the database that
/// this host remembers. When it passes, the host remembers on disk how far the database has come: the intent is before that.
/// Submits are counted under one lock, so looks that wait together share its turn, and a commit: each for itself, two hundred at once
/// would wait for so long that most were not sent any more.
/// </summary>
/// <param name="table">Pauses and submits.</param>
/// <param name="reconciles">Where a doubt is written down, so that it holds every host.</param>
/// <param name="clocks">The clocks.</param>
/// <param name="memory">What is remembered; null in a process that sends nothing.</param>
/// <param name="time">The clock of waits.</param>
internal sealed class LastLook(PauseTable table, ReconcileTable reconciles, ClockWatch clocks, DatabaseMemory? memory, TimeProvider time)
{
    /// <summary>The most of one commit.</summary>
    private const int Largest = 64;

    /// <summary>Who waited so long for its turn is not sent any more anyway.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Batches<LookAsk, Look> looks = new(lanes: 1, Largest, Patience, time, async batch =>
    {
        var answers = await table.Look([.. batch.Select(pending => pending.Ask)], CancellationToken.None).ConfigureAwait(false); // One of them cannot cancel the others.
        foreach (var (pending, answer) in batch.Zip(answers)) pending.Succeed(answer);
    });

    /// <summary>What holds every paid submit of this host alone; null where nothing does.</summary>
    public Pause? Own => (clocks.Apart ?? memory?.Trouble) is { } why ? Hold(why) : null;

    /// <inheritdoc cref="IPauses.Pass"/>
    public async Task<Pause?> Pass(PaidSubmit submit, SpendLimits limits, CancellationToken cancellationToken)
    {
        if (memory is null) throw new InvalidOperationException("A process that remembers nothing of its database sends nothing that costs money.");
        if (await memory.TryAgain().ConfigureAwait(false) is { } cannot) return Hold(cannot);
        var known = memory.Known ?? throw new InvalidOperationException($"The database is not looked at yet: call {nameof(StorageStart)}.{nameof(StorageStart.Prepare)} first.");

        var before = clocks.Now;
        var look = await looks.Ask(new(submit, limits, before, known.LastSubmit?.MustBeKnown(before))).WaitAsync(cancellationToken).ConfigureAwait(false);
        if (clocks.Compare(look.Clock, before) is { } apart) return Hold(apart);
        if (known.Doubt(look.Mark, look.Remembers) is { } doubt)
        {
            var pause = await reconciles.Begin(doubt, cancellationToken).ConfigureAwait(false);
            await memory.Begin(look.Mark).ConfigureAwait(false); // Not before the doubt is on record, where it outlives this process.
            return pause;
        }

        if (look.Held is { } held) return held;
        if (!look.Passed) return Hold($"The database was asked for longer than {ClockWatch.Slack.TotalSeconds} s.");
        try
        {
            await memory.Remember(look.Mark with { LastSubmit = new(submit.Nonce, look.Clock) }).ConfigureAwait(false);
            return null;
        }
        catch (Exception e) when (DatabaseMemory.IsOfDisk(e))
        {
            return Hold(memory.Trouble ?? "What was paid could not be remembered in time.");
        }
    }

    private Pause Hold(string why) => new(Scopes.Global, PauseKind.Host, why, clocks.Now, Until: null);
}

/// <summary>What the database said at a last look.</summary>
/// <param name="Clock">Its clock.</param>
/// <param name="Remembers">Whether it knows the submit that the host remembers.</param>
/// <param name="Passed">Whether the submit may go, and is on record.</param>
/// <param name="Mark">Which database, and how far it has come.</param>
/// <param name="Held">What holds the submit.</param>
internal sealed record Look(DateTimeOffset Clock, bool Remembers, bool Passed, DatabaseMark Mark, Pause? Held);
