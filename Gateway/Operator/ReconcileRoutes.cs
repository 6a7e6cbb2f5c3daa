using Microsoft.Extensions.Options;
using VideoGen.Budgets;
using VideoGen.Gateway.OpenApi;

namespace VideoGen.Gateway.Operator;

/// <summary>
/// Whether the database may have forgotten what was paid: <c>GET /api/admin/reconcile</c> says why nothing is paid and what the sweeps of the
/// accounts found, <c>POST</c> with <c>"confirm": true</c> lets payments go on, <c>GET /api/admin/strangers</c> lists the jobs of our accounts that it does not know.
/// </summary>
internal static class ReconcileRoutes
{
    /// <summary>Characters, as the contract has it.</summary>
    private const int MaxReason = 200;

    private const int MaxStrangers = 1_000;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/admin/reconcile", Get).Documented(OperatorOperations.Reconcile);
        routes.MapPost("/api/admin/reconcile", Confirm).Documented(OperatorOperations.Confirm);
        routes.MapGet("/api/admin/strangers", Strangers).Documented(OperatorOperations.Strangers);
    }

    private static async Task<IResult> Get(IReconciles reconciles, CancellationToken cancellationToken) => WireJson.Answer(await Read(reconciles, cancellationToken));

    private static async Task<IResult> Strangers(IReconciles reconciles, CancellationToken cancellationToken) =>
        WireJson.Answer(new StrangersBody(await reconciles.Strangers(MaxStrangers, cancellationToken)));

    private static async Task<IResult> Confirm(HttpContext http, IReconciles reconciles, IOptions<GatewayOptions> options, TimeProvider time, ILogger<ReconcileBody> logger)
    {
        var (body, problem) = await StrictBody.Read(http, options.Value.BodyLimitBytes, "confirm", "reason");
        if (body is null) return problem!;
        if (!body.Has("confirm")) return Problems.Missing("confirm", "must be true: from then on is paid for again what the database has forgotten and somebody asks for.");
        if (body.Flag("confirm") is not true) return Problems.Field("confirm", "must be true.");
        if (!body.Has("reason")) return Problems.Missing("reason", $"says how it is known what was paid, in at most {MaxReason} characters.");
        if (body.Text("reason") is not { Length: > 0 and <= MaxReason } reason) return Problems.Field("reason", $"must be one line of 1 to {MaxReason} characters.");
        try
        {
            // Whoever asked for it and went away meant it.
            if (!await reconciles.Confirm(reason, CancellationToken.None)) return Problems.NothingToConfirm();
            GatewayLog.Reconciled(logger, http.TraceIdentifier);
            return WireJson.Answer(await Read(reconciles, http.RequestAborted));
        }
        catch (Exception exception) when (!http.RequestAborted.IsCancellationRequested)
        {
            GatewayLog.PausesFailed(logger, http.TraceIdentifier, http.RouteName(), exception);
            return Problems.PausesUnknown(time.GetUtcNow());
        }
    }

    private static async Task<ReconcileBody> Read(IReconciles reconciles, CancellationToken cancellationToken)
    {
        var last = await reconciles.Last(cancellationToken);
        var sweeps = await reconciles.Sweeps(cancellationToken);
        var strangers = await reconciles.Strangers(MaxStrangers, cancellationToken);
        var accounts = sweeps.Select(sweep => new AccountBody(
            sweep.Account, sweep.Lists, sweep.Marked, sweep.Paid, sweep.TriedAt, sweep.Whole?.From, sweep.Whole?.At, sweep.Whole?.Found, sweep.Whole?.Adopted,
            strangers.Count(s => s.Account == sweep.Account && s.Ours), sweep.Trouble, sweep.Keeps));
        return new(last is { Ended: null }, last?.Since, last?.Reason, last?.Ended?.At, last?.Ended is { } end ? end.ByOperator ? "operator" : "sweep" : null, last?.Ended?.Reason, [.. accounts]);
    }

    /// <summary>Jobs that the database does not know, on the wire.</summary>
    internal sealed record StrangersBody(IReadOnlyList<Stranger> Strangers);

    /// <summary>On the wire.</summary>
    /// <param name="InForce">Whether nothing is paid.</param>
    /// <param name="Accounts">What was found at each account.</param>
    internal sealed record ReconcileBody(
        bool InForce, DateTimeOffset? Since, string? Reason, DateTimeOffset? EndedAt, string? EndedBy, string? EndedReason, IReadOnlyList<AccountBody> Accounts);

    /// <param name="Forgotten">Jobs with our mark that the database does not know.</param>
    /// <param name="Keeps">Why it keeps payments from going on by themselves; null where it does not.</param>
    internal sealed record AccountBody(
        string Account, bool Lists, bool Marked, bool Paid, DateTimeOffset TriedAt, DateTimeOffset? SweptFrom, DateTimeOffset? SweptAt, int? Found, int? Adopted,
        int Forgotten, string? Trouble, string? Keeps);
}
