using VideoGen.Access;
using VideoGen.Budgets;
using VideoGen.Storage;
using VideoGen.Storage.Budgets;

namespace VideoGen.Bench;

/// <summary>
/// How many reservations the money ledger takes, alone, together, and through the grain that brings them together, with nothing held and with
/// a hundred thousand rounds held.
/// </summary>
internal static class MoneySpeed
{
    private const int Callers = 64, Turns = 3, Held = 100_000, HeldAtOnce = 5_000;

    // The server has 100 connections, and the host keeps some of them.
    private const int Connections = 16;

    private const decimal Usd = 3.20m;

    private static int _rounds;

    public static async Task Measure(Arguments arguments)
    {
        await using var folder = new BenchFolder();
        await using var host = await BenchHost.Start(arguments.Program, folder.Path); // Makes the tables, and is idle beside them.
        var database = await BenchHost.DatabaseOf(folder.Path);
        await using var postgres = new Postgres(database);
        await postgres.Prepare();
        await using var connections = new PostgresConnections($"{database};Maximum Pool Size={Connections}");
        var ledger = new PostgresMoneyLedger(connections.Pool);
        var server = await postgres.ProcessId();
        await using var budget = await BudgetCalls.Start($"{database};Maximum Pool Size={Connections}");
        Task<Speed> Together() => Run(server, arguments.Round, lanes: 1, Callers, () => Reserve(ledger, Callers));
        Task<Speed> Grain() => Run(server, arguments.Round, Callers, each: 1, () => Reserve(budget));

        await Together();
        await Grain();
        List<double> single = [];
        List<Speed> alone = [], together = [], grain = [], full = [], fullGrain = [];
        for (var turn = 0; turn < Turns; turn++)
        {
            single.Add(await postgres.Inserts(arguments.Round, Connections, folder.Path));
            alone.Add(await Run(server, arguments.Round, Connections, each: 1, () => Reserve(ledger, 1)));
            together.Add(await Together());
            grain.Add(await Grain());
            await postgres.Quiet();
        }

        Table.Note($"{Held} rounds are held.");
        for (var held = 0; held < Held; held += HeldAtOnce) await Reserve(ledger, HeldAtOnce);
        await postgres.Quiet();
        for (var turn = 0; turn < Turns; turn++)
        {
            single.Add(await postgres.Inserts(arguments.Round, Connections, folder.Path));
            full.Add(await Together());
            fullGrain.Add(await Grain());
            await postgres.Quiet();
        }

        var (bound, many, called) = (single.Order().ElementAt(Turns), Middle(together), Middle(grain));
        Row($"reservations, {Callers} in one change", many, $"pgbench, single-row inserts over {Connections} connections: {bound:0}/s", bound);
        Row($"the same with {Held} rounds held", Middle(full), $"the row above", many.PerSecond);
        Row($"reservations through the grain, {Callers} callers at once", called, $"{Callers} in one change of the ledger, called directly: {many.PerSecond:0}/s", many.PerSecond);
        Row($"the same reservations", called, $"pgbench, as above", bound);
        Row($"through the grain with {Held} rounds held", Middle(fullGrain), $"{Callers} in one change with as many held: {Middle(full).PerSecond:0}/s", Middle(full).PerSecond);
        Row($"the same reservations", Middle(fullGrain), $"through the grain with few held", called.PerSecond);
        Row($"reservations, each a change of its own, {Connections} at once", Middle(alone), $"pgbench, as above", bound);
    }

    private static void Row(FormattableString what, Speed here, FormattableString beside, double bound) => Table.Row(
        what, $"{here.PerSecond:0}/s, and {here.Microseconds:0} µs of PostgreSQL's processor time each", beside, here.PerSecond / bound);

    /// <summary>Reserves for so many users of one client, as the rules do it: each row, and the sums of the day and the month of all four budgets.</summary>
    private static Task Reserve(PostgresMoneyLedger ledger, int times)
    {
        var touched = Enumerable.Range(0, times).ToDictionary(_ => Next(), PaidBy);
        return ledger.Change(touched, rows => Decide(touched, rows), CancellationToken.None);
    }

    /// <summary>The same through the grain, one at a time for each caller.</summary>
    private static Task Reserve(BudgetCalls budget)
    {
        var id = Next();
        return budget.Reserve(id, PaidBy(id.Round), Usd);
    }

    private static FundsId Next() => new("v-0123456789abcdef0123456789abcdef", Interlocked.Increment(ref _rounds));

    private static Payment PaidBy(int user) => new(new Owner("bot", Load.Numbered("user", user % Callers)), "model", "account", new(2026, 11, 21));

    private static LedgerChange Decide(Dictionary<FundsId, Payment> touched, LedgerRows rows)
    {
        var sums = new Dictionary<AccountId, Account>();
        foreach (var id in touched.Values.SelectMany(Scopes.AccountsOf).Where(id => id.Period != AccountId.Ever))
        {
            var sum = sums.GetValueOrDefault(id) ?? rows.Accounts.GetValueOrDefault(id) ?? new(id, 1_000_000, 0, 0, 0);
            sums[id] = sum with { ReservedUsd = sum.ReservedUsd + Usd };
        }

        return new(
            [.. touched.Select(t => new Funds(t.Key, 1, FundsState.Reserved, t.Value, Usd, Usd, null))],
            sums.Values,
            [.. touched.Select(t => new LedgerEntry(t.Key, t.Value, null, FundsState.Reserved, 0, Usd, null, TimeProvider.System.GetUtcNow()))]);
    }

    /// <summary>The same work again and again in so many lanes, each of which does so much at a time.</summary>
    private static async Task<Speed> Run(int server, TimeSpan time, int lanes, int each, Func<Task> work)
    {
        var (began, used) = (TimeProvider.System.GetTimestamp(), Linux.ProcessorOfAll(server));
        var done = 0;
        await Task.WhenAll(Enumerable.Range(0, lanes).Select(_ => Task.Run(async () =>
        {
            for (; TimeProvider.System.GetElapsedTime(began) < time; Interlocked.Add(ref done, each)) await work();
        })));
        return new(done / TimeProvider.System.GetElapsedTime(began).TotalSeconds, (Linux.ProcessorOfAll(server) - used) / done * 1e6);
    }

    private static Speed Middle(List<Speed> turns) => turns.OrderBy(turn => turn.PerSecond).ElementAt(turns.Count / 2);

    private sealed record Speed(double PerSecond, double Microseconds);
}
