using VideoGen.Grains.Persistence;
using VideoGen.Grains.Providers;
using VideoGen.Requests;

namespace VideoGen.Grains.Requests;

/// <summary>What the sweep of a provider's list hands over, and what a provider says by itself.</summary>
internal sealed partial class VideoRequestGrain
{
    public async Task<JobAdoption> Adopt(int round, int attempt, string account, string jobId)
    {
        if (!RequestCalls.IsJobId(jobId)) return JobAdoption.Unknown;
        if (RequestRounds.RoundOf(commit.Committed, round) is null) await LookAgain(); // Perhaps another activation opened it.
        if (RequestRounds.RoundOf(commit.Committed, round) is RequestState.Admitting) return JobAdoption.NotNow;
        if (RequestRounds.AccountOf(commit.Committed, new(round, attempt)) != account) return JobAdoption.Unknown;

        // Who lists videos does not know the names of the jobs that made them, and an attempt has one: that is it.
        if (ports.Providers.Find(account)?.Traits.Listing == Listing.Outputs && RequestRounds.HasJob(commit.Committed, new(round, attempt))) return JobAdoption.Known;

        // As with a job that was found: only what was claimed is taken up.
        using var timeout = new CancellationTokenSource(ports.Options.CurrentValue.CallTimeout, ports.Time);
        if (!await ports.Jobs.Claim(account, jobId, Key, round, attempt, timeout.Token)) return JobAdoption.Taken;
        try
        {
            var fact = new RequestEvent.JobAccepted(new(round, attempt), jobId, ports.Time.Now());
            await commit.Record(document => RequestRounds.Apply(document, fact), untilItLands: true);
            return JobAdoption.Adopted;
        }
        finally
        {
            ArmForNext();
            LeaveIfDoubtful();
        }
    }

    public async Task CalledBack(int round, int attempt, string account, string jobId)
    {
        if (!RequestCalls.IsJobId(jobId)) return;
        if (RequestRounds.RoundOf(commit.Committed, round) is null) await LookAgain(); // Perhaps another activation opened it.
        if (RequestRounds.AccountOf(commit.Committed, new(round, attempt)) != account) return;
        var fact = new RequestEvent.CalledBack(new(round, attempt), jobId, ports.Time.Now());
        if (commit.TryNote(document => RequestRounds.Unwritten(document, fact))) ArmForNext();
        else await Record(fact);
    }
}
