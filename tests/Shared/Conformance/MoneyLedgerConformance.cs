using VideoGen.Access;
using VideoGen.Budgets;

namespace VideoGen.Tests.Conformance;

/// <summary>What nobody may lose, double or half do: rows of money, changed one change at a time.</summary>
public abstract class MoneyLedgerConformance
{
    private static readonly DateTimeOffset At = new(2026, 11, 21, 12, 0, 0, 123, TimeSpan.Zero);
    private static readonly Payment Anns = new(new("bot", "ann"), "sim", "acme", new(2026, 11, 21));
    private static readonly Payment Bobs = Anns with { Owner = new("web", "bob") };
    private static readonly FundsId Cat = new("v-cat", 1), Dog = new("v-dog", 1);
    private static readonly LedgerChange Nothing = new([], [], []);

    /// <summary>Runs a test with an empty ledger. A test awaits nothing but the ledger, so that it can live in virtual time too.</summary>
    protected abstract Task With(Func<MoneyLedgerUnderTest, Task> test);

    /// <summary>How many changes are made at once.</summary>
    protected virtual int AtOnce => 16;

    [Fact]
    public Task What_was_never_written_is_missing() => With(async test =>
    {
        var seen = await Seen(test.Ledger, Touching(Cat, Anns));

        Assert.Empty(seen.Funds);
        Assert.Empty(seen.Accounts);
        Assert.Empty(await test.Ledger.Read([.. Scopes.AccountsOf(Anns)], CancellationToken.None));
        Assert.Empty(await test.Ledger.Read([], CancellationToken.None));
    });

    [Fact]
    public Task Whatever_is_written_is_read_as_it_was() => With(async test =>
    {
        Funds[] funds =
        [
            new(Cat, 1, FundsState.Reserved, Anns, 3.20m, 3.20m, null),
            new(Dog, long.MaxValue, FundsState.Spent, Anns, 4m, 3.2m, CostSource.Provider),
            new(new("v-dog", 2), 3, FundsState.Spent, Anns, 3.2m, 3.2m, CostSource.PriceList),
            new(new("v-dog", 3), 3, FundsState.Spent, Bobs, 3.2m, 0, CostSource.Discarded),
            new(new("v-dog", 3, "job/1"), 4, FundsState.AtRisk, Bobs, 3.2m, 0, null),
            new(new("V-dog", 3, "job/1"), 4, FundsState.Released, Bobs with { Day = new(2026, 12, 1), Model = "Ω", Account = "acme's" }, 0, 3.2m, null),
        ];
        Account[] accounts = [.. Scopes.AccountsOf(Anns).Select((id, i) => new Account(id, i % 2 == 0 ? null : 10.50m + i, i, 2m * i, 3m * i))];
        await test.Ledger.Change(Touching(funds), _ => new(funds, accounts, []), CancellationToken.None);

        var seen = await Seen(test.Ledger, Touching(funds));

        Assert.Equal(funds.ToDictionary(f => f.Id), seen.Funds);
        Assert.Equal(accounts.ToDictionary(a => a.Id), seen.Accounts);
        Assert.Equal(accounts.ToDictionary(a => a.Id), await test.Ledger.Read([.. Scopes.AccountsOf(Anns), .. Scopes.AccountsOf(Bobs)], CancellationToken.None));
    });

    [Fact]
    public Task A_row_is_written_over_whole() => With(async test =>
    {
        var account = new Account(new(Scopes.Global, "2026-11"), 5, 1, 2, 3);
        await test.Ledger.Change(Touching(Cat, Anns), _ => new([new(Cat, 1, FundsState.Spent, Anns, 3, 3, CostSource.Provider)], [account], []), CancellationToken.None);
        var after = new Funds(Cat, 2, FundsState.AtRisk, Anns with { Model = "other" }, 4, 0, null);
        await test.Ledger.Change(Touching(Cat, Anns), _ => new([after], [account with { CapUsd = null, SpentUsd = 0 }], []), CancellationToken.None);

        var seen = await Seen(test.Ledger, Touching(Cat, Anns));

        Assert.Equal(after, Assert.Single(seen.Funds).Value);
        Assert.Equal(account with { CapUsd = null, SpentUsd = 0 }, Assert.Single(seen.Accounts).Value);
    });

    [Fact]
    public Task Money_with_many_digits_is_exact() => With(async test =>
    {
        decimal[] amounts = [0.1234567890123456789012345678m, 79_228_162_514_264_337_593_543_950_335m, 0.0000000000000000000000000001m, 1.10m];
        Funds[] funds = [.. amounts.Select((usd, i) => new Funds(new("v-cat", i), 1, FundsState.Reserved, Anns, usd, usd, null))];
        Account[] accounts = [.. amounts.Select((usd, i) => new Account(Scopes.AccountsOf(Anns).ElementAt(i), usd, usd, usd, usd))];
        LedgerEntry[] entries = [.. funds.Select(f => new LedgerEntry(f.Id, Anns, null, f.State, f.Usd, f.Usd, null, At))];
        await test.Ledger.Change(Touching(funds), _ => new(funds, accounts, entries), CancellationToken.None);

        var seen = await Seen(test.Ledger, Touching(funds));

        Assert.Equal(amounts, funds.Select(f => seen.Funds[f.Id].Usd));
        Assert.Equal(accounts.ToDictionary(a => a.Id), seen.Accounts);
        Assert.Equal(entries, await test.History());
    });

    [Fact]
    public Task Who_decides_sees_what_was_touched_and_where_it_is_booked_and_nothing_else() => With(async test =>
    {
        var (today, tomorrow) = (Anns, Anns with { Day = Anns.Day.AddDays(1), Account = "other" });
        Account[] all = [.. ((Payment[])[today, tomorrow, Bobs]).SelectMany(Scopes.AccountsOf).Distinct().Select((id, i) => new Account(id, null, i, 0, 0))];
        await test.Ledger.Change(
            Touching(Cat, today), _ => new([Reserved(Cat, today), Reserved(Dog, Bobs)], all, []), CancellationToken.None);

        // Now it is said to be paid on another day to another account.
        var seen = await Seen(test.Ledger, Touching(Cat, tomorrow));

        Assert.Equal(Reserved(Cat, today), Assert.Single(seen.Funds).Value);
        Assert.Equal(
            Scopes.AccountsOf(today).Concat(Scopes.AccountsOf(tomorrow)).ToHashSet(),
            seen.Accounts.Keys.ToHashSet());
    });

    [Fact]
    public Task What_moves_to_another_account_is_taken_from_where_it_was_and_both_are_written() => With(async test =>
    {
        var elsewhere = Anns with { Model = "other", Account = "second" };
        Account[] before = [.. Scopes.AccountsOf(Anns).Where(id => id.Period != AccountId.Ever).Select(id => new Account(id, 50, 1, 0, 0))];
        await test.Ledger.Change(Touching(Cat, Anns), _ => new([Reserved(Cat, Anns)], before, []), CancellationToken.None);

        await test.Ledger.Change(
            Touching(Cat, elsewhere),
            rows =>
            {
                var old = rows.Funds[Cat].Payment;
                Account[] emptied = [.. Scopes.AccountsOf(old).Where(rows.Accounts.ContainsKey).Select(id => rows.Accounts[id] with { ReservedUsd = rows.Accounts[id].ReservedUsd - 1 })];
                Account[] filled = [.. Scopes.AccountsOf(elsewhere).Except(Scopes.AccountsOf(old)).Where(id => id.Period != AccountId.Ever).Select(id => new Account(id, null, 1, 0, 0))];
                return new([Reserved(Cat, elsewhere) with { Revision = 2 }], [.. emptied, .. filled], [new(Cat, old, FundsState.Reserved, FundsState.Released, 1, 0, null, At), new(Cat, elsewhere, null, FundsState.Reserved, 0, 1, null, At)]);
            },
            CancellationToken.None);

        var seen = await Seen(test.Ledger, Touching(Reserved(Cat, elsewhere), Reserved(Dog, Anns)));
        Assert.Equal(elsewhere, Assert.Single(seen.Funds).Value.Payment);
        Assert.Equal((0m, 1m), (seen.Accounts[new(Scopes.Provider("acme"), "2026-11-21")].ReservedUsd, seen.Accounts[new(Scopes.Provider("second"), "2026-11")].ReservedUsd));
        Assert.Equal([Anns, elsewhere], (await test.History()).Select(line => line.Payment));
    });

    [Fact]
    public Task The_history_keeps_every_line_in_the_order_of_the_changes() => With(async test =>
    {
        LedgerEntry[] lines =
        [
            new(Cat, Anns, null, FundsState.Reserved, 0, 3.2m, null, At),
            new(Dog, Bobs, null, FundsState.AtRisk, 0, 3.2m, null, At),
            new(Cat, Anns, FundsState.Reserved, FundsState.Spent, 3.2m, 3m, CostSource.Provider, At.AddMinutes(5)),
            new(Dog, Bobs, FundsState.AtRisk, FundsState.Released, 3.2m, 0, null, At.AddMinutes(-5)),
            new(new("v-cat", 1, "job-2"), Anns, FundsState.Reserved, FundsState.Spent, 3.2m, 3.2m, CostSource.Discarded, At.AddMinutes(6)),
        ];
        await test.Ledger.Change(Touching(Cat, Anns), _ => new([], [], lines[..2]), CancellationToken.None);
        await test.Ledger.Change(Touching(Cat, Anns), _ => Nothing, CancellationToken.None);
        foreach (var line in lines[2..]) await test.Ledger.Change(Touching(Cat, Anns), _ => new([], [], [line]), CancellationToken.None);

        Assert.Equal(lines, await test.History());
    });

    [Fact]
    public Task A_decision_that_fails_changes_nothing_and_holds_nobody_up() => With(async test =>
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => test.Ledger.Change(
            Touching(Cat, Anns), _ => throw new InvalidOperationException("No decision."), CancellationToken.None));
        await test.Ledger.Change(Touching(Dog, Anns), _ => new([Reserved(Dog, Anns)], [], []), CancellationToken.None);

        Assert.Equal("No decision.", failure.Message);
        Assert.Equal([Dog], (await Seen(test.Ledger, Touching(Reserved(Cat, Anns), Reserved(Dog, Anns)))).Funds.Keys);
    });

    [Theory]
    [InlineData(-0.01, 0, 0)]
    [InlineData(0, -0.01, 0)]
    [InlineData(0, 0, -0.01)]
    public Task A_sum_below_nothing_is_refused_and_all_that_would_have_changed_with_it(double reserved, double spent, double atRisk) => With(async test =>
    {
        var account = new Account(Scopes.AccountsOf(Anns).First(), 10, (decimal)reserved, (decimal)spent, (decimal)atRisk);
        var entry = new LedgerEntry(Cat, Anns, null, FundsState.Reserved, 0, 3.2m, null, At);

        await Assert.ThrowsAnyAsync<Exception>(() => test.Ledger.Change(
            Touching(Cat, Anns), _ => new([Reserved(Cat, Anns)], [account], [entry]), CancellationToken.None));

        var seen = await Seen(test.Ledger, Touching(Cat, Anns));
        Assert.Empty(seen.Funds);
        Assert.Empty(seen.Accounts);
        Assert.Empty(await test.History());
    });

    [Fact]
    public Task Each_of_many_changes_at_once_sees_what_the_one_before_it_wrote() => With(async test =>
    {
        var everybodys = new AccountId(Scopes.Global, "2026-11");
        await Task.WhenAll(Enumerable.Range(1, AtOnce).Select(round => test.Ledger.Change(
            Touching(new("v-cat", round), Anns), rows => OneMore(rows, new("v-cat", round), everybodys), CancellationToken.None)));

        Assert.Equal(AtOnce, (await test.Ledger.Read([everybodys], CancellationToken.None))[everybodys].ReservedUsd);
        // Each line says what the sum was before and after: a chain without a gap.
        Assert.Equal(Enumerable.Range(0, AtOnce).Select(i => ((decimal)i, i + 1m)), (await test.History()).Select(line => (line.FromUsd, line.Usd)));
    });

    /// <summary>Reserves a dollar, and writes down what the sum was before and after.</summary>
    public static LedgerChange OneMore(LedgerRows rows, FundsId id, AccountId account)
    {
        var before = rows.Accounts.GetValueOrDefault(account) ?? new(account, null, 0, 0, 0);
        var after = before with { ReservedUsd = before.ReservedUsd + 1 };
        return new([Reserved(id, Anns)], [after], [new(id, Anns, null, FundsState.Reserved, before.ReservedUsd, after.ReservedUsd, null, At)]);
    }

    private static Funds Reserved(FundsId id, Payment payment) => new(id, 1, FundsState.Reserved, payment, 1, 1, null);

    private static async Task<LedgerRows> Seen(IMoneyLedger ledger, Dictionary<FundsId, Payment> touched)
    {
        LedgerRows? seen = null;
        await ledger.Change(touched, rows =>
        {
            seen = rows;
            return Nothing;
        }, CancellationToken.None);
        return seen!;
    }

    private static Dictionary<FundsId, Payment> Touching(FundsId id, Payment payment) => new() { [id] = payment };

    private static Dictionary<FundsId, Payment> Touching(params Funds[] funds) => funds.ToDictionary(f => f.Id, f => f.Payment);
}

/// <summary>A ledger, and what it remembers.</summary>
/// <param name="Ledger">The ledger.</param>
/// <param name="History">All lines so far, as they were added.</param>
public sealed record MoneyLedgerUnderTest(IMoneyLedger Ledger, Func<Task<IReadOnlyList<LedgerEntry>>> History);
