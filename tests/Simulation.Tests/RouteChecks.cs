using System.Globalization;
using VideoGen.Budgets;
using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Simulation.Tests.Models;

namespace VideoGen.Simulation.Tests;

/// <summary>The promises about routes, by what reaches the providers and by their own books: who is asked, after what, and with whose money.</summary>
internal sealed class RouteChecks(SimulatedWorld world)
{
    private readonly Dictionary<string, string> accountOf = new(StringComparer.Ordinal);

    /// <summary>A submit has reached an account.</summary>
    /// <param name="account">Which.</param>
    /// <param name="providerKey">Under which key.</param>
    /// <param name="model">What it asks for.</param>
    /// <param name="isQuestion">Whether it makes nothing: the account answers this key with the job that it has. A round may have gone on meanwhile.</param>
    public void Arrived(string account, string providerKey, string model, bool isQuestion)
    {
        if (accountOf.TryGetValue(providerKey, out var other) && other != account) throw world.Checks.Broken($"{account} was asked under {providerKey}, as {other} was.");
        accountOf[providerKey] = account;
        var (request, round) = RoundOf(providerKey);
        // The same key again is a question about the job that it may have made.
        foreach (var job in world.Provider.Jobs.Where(j => j.Request == request && j.Round == round && j.ProviderKey != providerKey && !world.Checks.IsExcepted(j))) MayFollow(job, account, providerKey);
        if (!isQuestion && model != ModelsModel.Free && world.Checks.Knows(request)) IsHeldHere(account, new(request, round));
    }

    private void MayFollow(Job job, string account, string providerKey)
    {
        var now = world.Clock.GetUtcNow();
        if (job.FreeAt is not { } free || free > now) throw world.Checks.Broken($"{account} was asked ({providerKey}), and {job.Id} of {job.Account} is not proven free.");
        if (job is { CancelledAt: null, Ending: CheckReply.Failed { Failure.Kind: FailureKind.Rejected } }) throw world.Checks.Broken($"{account} was asked ({providerKey}), and a policy had said no to {job.Id} of {job.Account}.");
    }

    // What is held is held where it is sent to, and for what it costs there.
    private void IsHeldHere(string account, FundsId id)
    {
        if (world.Money.Funds.GetValueOrDefault(id) is not { State: not FundsState.Released } funds) throw world.Checks.Broken($"{id} was sent to {account}, and nothing is held for it.");
        if (funds.State != FundsState.Reserved) return;
        var usd = account == ProviderModel.AccountName ? 3.20m : 4.00m;
        if (funds.Payment.Account != account || funds.Usd < usd) throw world.Checks.Broken($"{id} was sent to {account} for {usd} USD, and {funds.Usd} USD are held for {funds.Payment.Account}.");
    }

    private static (string Request, int Round) RoundOf(string providerKey)
    {
        var dash = providerKey.LastIndexOf('-');
        return (providerKey[(providerKey.IndexOf('-', StringComparison.Ordinal) + 1)..dash], int.Parse(providerKey[(dash + 1)..providerKey.LastIndexOf('.')], CultureInfo.InvariantCulture));
    }
}
