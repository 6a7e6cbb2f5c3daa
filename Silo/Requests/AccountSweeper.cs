using Microsoft.Extensions.Options;
using VideoGen.Budgets;
using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Requests;
using VideoGen.Storage;
using VideoGen.Storage.Reconciles;

namespace VideoGen.Silo.Requests;

/// <summary>
/// Compares what one account lists with what the database knows. A job with our mark that nobody claimed is handed to its request; one whose
/// request is not known, and one without our mark, are strangers: written down, said once, and never touched.
/// </summary>
internal sealed partial class AccountSweeper(
    SweepBook book, IGrainFactory grains, IInstallation installation, IOptionsMonitor<RequestOptions> requests, TimeProvider time, ILogger<AccountSweeper> logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <param name="provider">The account.</param>
    /// <param name="isPaid">Whether anything there costs money.</param>
    /// <param name="since">When the doubt began that this sweep may settle.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="Npgsql.NpgsqlException">The database did not answer.</exception>
    public async Task<AccountSweep> Sweep(IVideoProvider provider, bool isPaid, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var at = time.GetUtcNow();
        var sweep = new AccountSweep(provider.Account, at, provider.Traits.Listing != Listing.None, provider.Traits.Listing is Listing.Marked or Listing.Outputs, isPaid, Whole: null, Trouble: null, Keeps: null);
        if (!sweep.Lists) return sweep with { Keeps = AccountVerdict.Of(sweep, provider.Traits.Listing, since, 0, 0, 0) };
        switch (await List(provider, at, cancellationToken).ConfigureAwait(false))
        {
            case ListReply.Listed listed:
                var found = await Compare(provider.Account, listed.Jobs, at, cancellationToken).ConfigureAwait(false);
                sweep = sweep with { Whole = new(at - SweepOptions.Depth, at, listed.Jobs.Count, found.Adopted) };
                return sweep with { Keeps = AccountVerdict.Of(sweep, provider.Traits.Listing, since, found.Forgotten, found.Unmarked, found.Young) };
            case ListReply.Trouble trouble:
                LogNotListed(provider.Account, trouble.Failure.Detail);
                sweep = sweep with { Trouble = trouble.Failure.Detail };
                return sweep with { Keeps = AccountVerdict.Of(sweep, provider.Traits.Listing, since, 0, 0, 0) };
            default:
                throw new InvalidOperationException("A provider answered with something that is no answer.");
        }
    }

    private async Task<ListReply> List(IVideoProvider provider, DateTimeOffset at, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            return await provider.List(at - SweepOptions.Depth, at, either.Token).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever an adapter throws, the other accounts are swept.
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogListFailed(provider.Account, e);
            return new ListReply.Trouble(new(FailureKind.Unknown, "Its list could not be read."));
        }
    }

    private async Task<Found> Compare(string account, IReadOnlyList<ListedJob> listed, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var byId = listed.GroupBy(job => job.JobId, StringComparer.Ordinal).ToDictionary(jobs => jobs.Key, jobs => jobs.First(), StringComparer.Ordinal);
        var (adopted, young, strangers) = (0, 0, new List<(string JobId, string? Mark, bool Ours, DateTimeOffset? CreatedAt)>());
        foreach (var id in await book.Unclaimed(account, [.. byId.Keys], cancellationToken).ConfigureAwait(false))
        {
            var job = byId[id];
            var mark = ProviderMark.Parse(job.Mark, installation.Id);
            if (IsYoung(job, at)) young++;
            else if (mark is null) strangers.Add((id, job.Mark, Ours: false, job.CreatedAt));
            else
            {
                switch (await Adopt(mark, account, id, cancellationToken).ConfigureAwait(false))
                {
                    case JobAdoption.Adopted or JobAdoption.Taken:
                        LogAdopted(account, id, mark.RequestKey, mark.Round, mark.Attempt);
                        adopted++;
                        break;
                    case JobAdoption.Known:
                        break;
                    case JobAdoption.NotNow:
                        young++;
                        break;
                    default:
                        strangers.Add((id, job.Mark, Ours: true, job.CreatedAt));
                        break;
                }
            }
        }

        foreach (var id in await book.Note(account, strangers, at, cancellationToken).ConfigureAwait(false))
        {
            if (strangers.Exists(stranger => stranger.JobId == id && stranger.Ours)) LogForgotten(account, id, byId[id].Mark);
            else LogStranger(account, id);
        }

        return new(adopted, strangers.Count(stranger => stranger.Ours), strangers.Count(stranger => !stranger.Ours), young);
    }

    // Its submit may still be on its way, and who sent it writes it down by himself.
    private bool IsYoung(ListedJob job, DateTimeOffset at) =>
        job.CreatedAt is { } created && created > at - requests.CurrentValue.SubmitWindow - requests.CurrentValue.SubmitTimeout;

    private async Task<JobAdoption> Adopt(ProviderMark mark, string account, string jobId, CancellationToken cancellationToken)
    {
        try
        {
            await book.BeginAdoption(account, jobId, cancellationToken).ConfigureAwait(false);
            var adoption = await grains.GetGrain<IVideoRequestGrain>(mark.RequestKey).Adopt(mark.Round, mark.Attempt, account, jobId).ConfigureAwait(false);
            if (adoption != JobAdoption.NotNow) await book.EndAdoption(account, jobId, cancellationToken).ConfigureAwait(false);
            return adoption;
        }
#pragma warning disable CA1031 // One request that does not answer must not keep the others from their jobs.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogNotAdopted(mark.RequestKey, jobId, e);
            return JobAdoption.NotNow;
        }
    }

    private sealed record Found(int Adopted, int Forgotten, int Unmarked, int Young);

    [LoggerMessage(1, LogLevel.Warning, "Account {Account} has the job {JobId}, which nobody had written down; it is handed to its request {Key} round {Round} attempt {Attempt}")]
    private partial void LogAdopted(string account, string jobId, string key, int round, int attempt);

    [LoggerMessage(2, LogLevel.Critical, "Account {Account} has the job {JobId} with our mark {Mark}, and the database does not know its request: it was paid for and forgotten")]
    private partial void LogForgotten(string account, string jobId, string? mark);

    [LoggerMessage(3, LogLevel.Information, "Account {Account} has the job {JobId}, which is not ours by its mark")]
    private partial void LogStranger(string account, string jobId);

    [LoggerMessage(4, LogLevel.Warning, "The jobs of account {Account} could not be listed: {Trouble}")]
    private partial void LogNotListed(string account, string trouble);

    [LoggerMessage(5, LogLevel.Error, "The jobs of account {Account} could not be listed")]
    private partial void LogListFailed(string account, Exception exception);

    [LoggerMessage(6, LogLevel.Error, "Request {Key} did not take up its job {JobId}; the next sweep tries again")]
    private partial void LogNotAdopted(string key, string jobId, Exception exception);
}
