using VideoGen.Budgets;
using VideoGen.Gateway.OpenApi;
using VideoGen.Reports;

namespace VideoGen.Gateway.Operator;

/// <summary><c>POST /api/admin/sweep</c>: what otherwise comes by the clock, now.</summary>
internal static class SweepRoutes
{
    /// <summary>How long is waited for what they find; then they go on by themselves.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/api/admin/sweep", Sweep).Documented(ViewOperations.Sweep);

    private static async Task<IResult> Sweep(HttpContext http, IReconciles reconciles, TimeProvider time, ILogger<SweepBody> logger)
    {
        if (http.RequestServices.GetService<ISweeps>() is not { } sweeps) return Problems.NoSweepsHere();
        GatewayLog.SweepAsked(logger, http.TraceIdentifier);
        try
        {
            var report = await sweeps.Now().WaitAsync(Patience, time, http.RequestAborted);
            return WireJson.Answer(SweepBody.Of(report, await reconciles.Sweeps(http.RequestAborted)));
        }
        catch (TimeoutException)
        {
            http.Response.StatusCode = Problems.UnderWay;
            return WireJson.Answer(new SweepBody(Ended: false, BeganAt: null, Requests: null, Accounts: null, Store: null));
        }
    }
}

/// <summary>What the sweeps found.</summary>
/// <param name="Ended">Whether they have ended; else they go on, and whoever asks again waits for the same.</param>
/// <param name="Requests">What was owed; null where another process is at it.</param>
/// <param name="Accounts">What each account listed; null where another process is at it.</param>
/// <param name="Store">What the store had; null where it could not be looked through, and the log says why.</param>
internal sealed record SweepBody(bool Ended, DateTimeOffset? BeganAt, RequestSweep? Requests, IReadOnlyList<AccountSweepBody>? Accounts, StoreSweep? Store)
{
    public static SweepBody Of(SweepReport report, IReadOnlyList<AccountSweep> sweeps) =>
        new(Ended: true, report.BeganAt, report.Requests, report.Accounts ? [.. sweeps.Select(AccountSweepBody.Of)] : null, report.Store);
}

/// <summary>The last sweep of an account.</summary>
/// <param name="Lists">Whether it can list its jobs at all.</param>
/// <param name="SweptAt">When the last one began that saw everything, of <paramref name="SweptFrom"/> and later.</param>
internal sealed record AccountSweepBody(string Account, bool Lists, DateTimeOffset TriedAt, DateTimeOffset? SweptFrom, DateTimeOffset? SweptAt, int? Found, int? Adopted, string? Trouble)
{
    public static AccountSweepBody Of(AccountSweep sweep) => new(
        sweep.Account, sweep.Lists, sweep.TriedAt, sweep.Whole?.From, sweep.Whole?.At, sweep.Whole?.Found, sweep.Whole?.Adopted, sweep.Trouble);
}
