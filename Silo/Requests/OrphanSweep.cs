using Microsoft.Extensions.Options;
using Npgsql;
using VideoGen.Budgets;
using VideoGen.Grains.Providers;
using VideoGen.Reports;
using VideoGen.Requests;
using VideoGen.Silo.Providers;
using VideoGen.Storage.Reconciles;

namespace VideoGen.Silo.Requests;

/// <summary>
/// Compares what the provider accounts list with what the database knows: at start, every hour, and every minute while the database is
/// doubted. One process of a cluster at a time. While it is doubted, and no account has anything that stands in the way, payments go on.
/// </summary>
internal sealed partial class OrphanSweep(
    SweepBook book, AccountSweeper sweeper, VideoProviders providers, IPauses pauses, IModelCatalogue catalogue, IOptions<SweepOptions> options,
    TimeProvider time, VideoGenTelemetry telemetry, ILogger<OrphanSweep> logger) : BackgroundService
{
    private const int MaxStrangers = 10_000;

    private DateTimeOffset sweptAt = DateTimeOffset.MinValue;

    private TimeSpan LookEvery => options.Value.Every < SweepOptions.WhileDoubted ? options.Value.Every : SweepOptions.WhileDoubted;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var ticks = new PeriodicTimer(LookEvery, time);
        try
        {
            do
            {
                if (IsDue) await Sweep(stoppingToken).ConfigureAwait(false);
            }
            while (await ticks.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The next start sweeps first thing.
        }
    }

    private bool IsDue => time.GetUtcNow() - sweptAt >= options.Value.Every || pauses.Known.Any(pause => pause.Kind == PauseKind.Reconcile);

    /// <summary>Compares them at once.</summary>
    /// <returns>False: another is at it, or the database did not answer.</returns>
    public async Task<bool> Sweep(CancellationToken stoppingToken)
    {
        try
        {
            if (await book.TryTakeTurn(stoppingToken).ConfigureAwait(false) is not { } turn) return false;
            await using (turn.ConfigureAwait(false))
            {
                sweptAt = time.GetUtcNow();
                await SweepAll(stoppingToken).ConfigureAwait(false);
                return true;
            }
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            LogSweepFailed(e);
            return false;
        }
    }

    private async Task SweepAll(CancellationToken stoppingToken)
    {
        var doubt = await book.Open(stoppingToken).ConfigureAwait(false);
        var since = doubt?.Since ?? DateTimeOffset.MinValue;
        var configured = providers.All.ToDictionary(provider => provider.Account, StringComparer.Ordinal);
        var accounts = configured.Keys.Concat(await book.PaidElsewhere([.. configured.Keys], stoppingToken).ConfigureAwait(false)).ToArray();
        var inTheWay = 0;
        foreach (var account in accounts)
        {
            var sweep = configured.TryGetValue(account, out var provider)
                ? await sweeper.Sweep(provider, IsPaid(account), since, stoppingToken).ConfigureAwait(false)
                : new AccountSweep(account, time.GetUtcNow(), Lists: false, Marked: false, Paid: true, Whole: null, Trouble: null, "It is not configured any more: compare its bill, and confirm.");
            await book.Write(doubt is null ? sweep with { Keeps = null } : sweep, stoppingToken).ConfigureAwait(false);
            if (sweep.Keeps is not null) inTheWay++;
        }

        await book.KeepOnly(accounts, stoppingToken).ConfigureAwait(false);
        Count(await book.Strangers(MaxStrangers, stoppingToken).ConfigureAwait(false));
        if (doubt is not null && inTheWay == 0 && await book.Settle(doubt, "Every account that is paid was looked through, and has no job of ours that the database does not know.", stoppingToken).ConfigureAwait(false)) LogSettled();
    }

    // What is configured without a model may have been paid before. An account without a price costs nothing.
    private bool IsPaid(string account) => !catalogue.All.Any(terms => terms.Provider == account) || catalogue.All.Any(terms => terms.Provider == account && terms.Prices.Any(price => price.UsdPerSecond > 0));

    private void Count(IReadOnlyList<Stranger> strangers)
    {
        foreach (var ours in (bool[])[true, false]) telemetry.Strangers(ours, strangers.Count(stranger => stranger.Ours == ours));
    }

    [LoggerMessage(1, LogLevel.Warning, "The lists of the provider accounts could not be compared with the database; the next sweep tries again")]
    private partial void LogSweepFailed(Exception exception);

    [LoggerMessage(2, LogLevel.Warning, "Every account that is paid was looked through and has no job of ours that the database does not know: payments go on")]
    private partial void LogSettled();
}
