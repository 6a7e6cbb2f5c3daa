using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Silo.Providers.Http;

namespace VideoGen.Silo.Providers;

/// <summary>
/// Whether the provider accounts let us in: each is asked at start, and every minute, for a job that there is not. What is wrong is said
/// before somebody's video waits for it; videos of the other accounts are made all the same.
/// </summary>
internal sealed partial class AccountWatch(VideoProviders providers, TimeProvider time, ILogger<AccountWatch> logger) : BackgroundService
{
    public static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    /// <summary>How long an account may take to answer.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private volatile IReadOnlyDictionary<string, string> _troubles = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Which accounts do not work, and what to do; null where all do.</summary>
    public string? Trouble => _troubles is { Count: > 0 } troubles ? string.Join(" ", troubles.OrderBy(account => account.Key, StringComparer.Ordinal).Select(account => $"{account.Key}: {account.Value}")) : null;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var ticks = new PeriodicTimer(Every, time);
        try
        {
            do await Look(stoppingToken).ConfigureAwait(false);
            while (await ticks.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The next start looks first thing.
        }
    }

    private async Task Look(CancellationToken stoppingToken)
    {
        var accounts = providers.All.OfType<IAccountAdapter>().ToList();
        var answers = await Task.WhenAll(accounts.Select(account => TroubleOf(account, stoppingToken))).ConfigureAwait(false);
        var troubles = accounts.Zip(answers).Where(one => one.Second is not null).ToDictionary(one => ((IVideoProvider)one.First).Account, one => one.Second!, StringComparer.Ordinal);
        foreach (var (account, trouble) in troubles.Where(one => _troubles.GetValueOrDefault(one.Key) != one.Value)) LogTrouble(account, trouble);
        foreach (var account in _troubles.Keys.Except(troubles.Keys, StringComparer.Ordinal)) LogMended(account);
        _troubles = troubles;
        providers.Watched(time.GetUtcNow(), troubles);
    }

    private async Task<string?> TroubleOf(IAccountAdapter account, CancellationToken stoppingToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, stoppingToken);
        var reply = await account.Check(account.NoJob, either.Token).ConfigureAwait(false);
        stoppingToken.ThrowIfCancellationRequested();
        return reply is CheckReply.Trouble { Failure: { Kind: FailureKind.Unavailable, Detail: var detail } } ? detail : null;
    }

    [LoggerMessage(1, LogLevel.Error, "The provider account {Account} does not work: {Trouble}")]
    private partial void LogTrouble(string account, string trouble);

    [LoggerMessage(2, LogLevel.Information, "The provider account {Account} works again")]
    private partial void LogMended(string account);
}
