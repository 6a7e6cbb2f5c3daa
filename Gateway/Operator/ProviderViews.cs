using VideoGen.Budgets;
using VideoGen.Gateway.OpenApi;
using VideoGen.Gateway.Videos;
using VideoGen.Providers;
using VideoGen.Reports;
using VideoGen.Requests;

namespace VideoGen.Gateway.Operator;

/// <summary><c>GET /api/admin/providers</c>: how each provider account does. Its line is asked in the process where it is, and the provider is not.</summary>
internal sealed class ProviderViews(IModelCatalogue catalogue, IReconciles reconciles, IPauses pauses, VideoGrains grains)
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/api/admin/providers", List).Documented(ViewOperations.Providers);

    /// <summary>All accounts that a model leads to, or that were swept, by name.</summary>
    public async Task<IReadOnlyList<ProviderBody>> Read(CancellationToken cancellationToken)
    {
        var sweeps = (await reconciles.Sweeps(cancellationToken)).ToDictionary(sweep => sweep.Account, StringComparer.Ordinal);
        var inForce = await pauses.Read(cancellationToken);
        var models = catalogue.All.Where(terms => terms.Route.Count == 0).ToLookup(terms => terms.Provider, terms => terms.Model, StringComparer.Ordinal);
        var accounts = models.Select(account => account.Key).Union(sweeps.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        var looks = await Task.WhenAll(accounts.Select(grains.LookAt));
        return [.. accounts.Zip(looks, (account, look) => ProviderBody.Of(
            account, look, [.. models[account].Order(StringComparer.Ordinal)], inForce.Where(pause => pause.Scope == Scopes.Global || pause.Scope == Scopes.Provider(account)), sweeps.GetValueOrDefault(account)))];
    }

    private static async Task<IResult> List(ProviderViews views, HttpContext http) => WireJson.Answer(new ProviderListBody(await views.Read(http.RequestAborted)));
}

/// <summary>All accounts.</summary>
internal sealed record ProviderListBody(IReadOnlyList<ProviderBody> Providers);

/// <summary>A provider account.</summary>
/// <param name="Type">Its protocol; null where it is not configured any more.</param>
/// <param name="Models">The models that lead there, by their public names.</param>
/// <param name="LetsIn">Whether it lets us in, as it was asked at <paramref name="LookedAt"/>; null where nobody asks, or did yet.</param>
/// <param name="Trouble">Why not, and what to do.</param>
/// <param name="QuietUntil">Until when it asked us to slow down.</param>
/// <param name="Pauses">Those that hold what costs money there.</param>
/// <param name="Sweep">The last look through its list of jobs.</param>
internal sealed record ProviderBody(
    string Account, string? Type, IReadOnlyList<string> Models, bool? LetsIn, string? Trouble, DateTimeOffset? LookedAt, BreakerBody Breaker, SlotsBody Slots, DateTimeOffset? QuietUntil,
    IReadOnlyList<PauseBody> Pauses, AccountSweepBody? Sweep)
{
    public static ProviderBody Of(string account, ProviderLook look, IReadOnlyList<string> models, IEnumerable<Pause> pauses, AccountSweep? sweep) => new(
        account, look.Type, models, look.LookedAt is null ? null : look.Trouble is null, look.Trouble, look.LookedAt,
        new(VideoGenTelemetry.Word(look.Breaker.State), look.Breaker.Failures, look.Breaker.Since, look.Breaker.Until),
        new(look.Slots, look.Used, look.Waiting, look.SubmitsPerMinute, look.SubmitsPerMinute is null ? null : look.Sent),
        look.QuietUntil, [.. pauses.Select(PauseBody.Of)], sweep is null ? null : AccountSweepBody.Of(sweep));
}

/// <summary>A circuit breaker.</summary>
/// <param name="State"><c>closed</c>, <c>open</c> or <c>trying</c>.</param>
/// <param name="Failures">How many calls in a row did not work.</param>
/// <param name="Since">Since when it has not been closed.</param>
/// <param name="Until">Until when nobody is let through.</param>
internal sealed record BreakerBody(string State, int Failures, DateTimeOffset? Since, DateTimeOffset? Until);

/// <summary>How much is sent there.</summary>
/// <param name="Total">How many videos may be there at a time; null for any number, and then they are not counted.</param>
/// <param name="SubmitsPerMinute">How many may be sent in a minute; null for any number.</param>
internal sealed record SlotsBody(int? Total, int Used, int Waiting, int? SubmitsPerMinute, int? SentInThisMinute);
