using Microsoft.Extensions.Logging;
using VideoGen.Grains.Persistence;
using VideoGen.Quotas;
using VideoGen.Reports;
using VideoGen.Requests;

namespace VideoGen.Grains.Quotas;

/// <summary>The shell around one <see cref="QuotaLedger"/>. Waiting calls share one write.</summary>
internal abstract class ReservationGrain(IPersistentState<QuotaDocument> state, TimeProvider time, VideoGenTelemetry telemetry, ILogger logger) : Grain, IReservations
{
    private Commit<QuotaDocument> commit = null!;

    /// <summary>The limits in force now.</summary>
    protected abstract ReservationLimits Limits { get; }

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        commit = new(state, ledger => ledger with { Revision = ledger.Revision + 1 }, (_, _) => { }, time, telemetry, logger, this.GetPrimaryKeyString());
        return Task.CompletedTask;
    }

    public async Task<ReserveVerdict> Reserve(string requestKey, int round)
    {
        if (await TryReserve(requestKey, round) is ReserveVerdict.Reserved reserved) return reserved;
        await commit.Refresh(); // A no is not written, so it must not come from a ledger that is not the newest.
        return await TryReserve(requestKey, round);
    }

    public async Task<Refusal?> Peek()
    {
        if (QuotaLedger.Refusal(commit.Committed, Limits, time.Now()) is null) return null;
        await commit.Refresh();
        return QuotaLedger.Refusal(commit.Committed, Limits, time.Now());
    }

    public Task<QuotaLine> Line() => Task.FromResult(QuotaLedger.Line(commit.Committed, Limits, time.Now()));

    public Task Settle(string requestKey, int round, bool counts, DateTimeOffset asked) =>
        Record(ledger => QuotaLedger.Settle(ledger, requestKey, round, counts, asked, Limits, time.Now()));

    private async Task<ReserveVerdict> TryReserve(string requestKey, int round)
    {
        ReserveVerdict? verdict = null;
        await Record(ledger =>
        {
            (var next, verdict) = QuotaLedger.Reserve(ledger, requestKey, round, Limits, time.Now());
            return next;
        });
        return verdict!;
    }

    private async Task Record(Func<QuotaDocument, QuotaDocument> change)
    {
        try
        {
            await commit.Record(change);
        }
        finally
        {
            if (commit.Doubtful) DeactivateOnIdle();
        }
    }
}
