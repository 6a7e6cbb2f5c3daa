using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using VideoGen.Grains.Persistence;
using VideoGen.Quotas;
using VideoGen.Reports;
using VideoGen.Requests;

namespace VideoGen.Grains.Quotas;

/// <summary>The shell around one user's <see cref="QuotaLedger"/>. Waiting calls share one write.</summary>
[GrainType(GrainNames.Quota)]
internal sealed class QuotaGrain(
    [PersistentState(GrainNames.Quota)] IPersistentState<QuotaDocument> state,
    IOptionsMonitor<QuotaOptions> options,
    TimeProvider time,
    VideoGenTelemetry telemetry,
    ILogger<QuotaGrain> logger) : Grain, IQuotaGrain
{
    private Commit<QuotaDocument> commit = null!;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        commit = new(state, ledger => ledger with { Revision = ledger.Revision + 1 }, (_, _) => { }, time, telemetry, logger, this.GetPrimaryKeyString());
        return Task.CompletedTask;
    }

    public async Task<QuotaVerdict> Reserve(string requestKey, int round)
    {
        if (await TryReserve(requestKey, round) is QuotaVerdict.Reserved reserved) return reserved;
        await commit.Refresh(); // A no is not written, so it must not come from a ledger that is not the newest.
        return await TryReserve(requestKey, round);
    }

    public async Task<Refusal?> Peek()
    {
        if (QuotaLedger.Refusal(commit.Committed, options.CurrentValue, time.Now()) is null) return null;
        await commit.Refresh();
        return QuotaLedger.Refusal(commit.Committed, options.CurrentValue, time.Now());
    }

    public Task Settle(string requestKey, int round, bool counts, DateTimeOffset asked) =>
        Record(ledger => QuotaLedger.Settle(ledger, requestKey, round, counts, asked, time.Now()));

    private async Task<QuotaVerdict> TryReserve(string requestKey, int round)
    {
        QuotaVerdict? verdict = null;
        await Record(ledger =>
        {
            (var next, verdict) = QuotaLedger.Reserve(ledger, requestKey, round, options.CurrentValue, time.Now());
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
