using VideoGen.Access;
using VideoGen.Budgets;
using VideoGen.Grains.Budgets;
using VideoGen.Requests;
using VideoGen.Tests;

namespace VideoGen.Grains.Tests.Budgets;

/// <summary>What movements do to the ledger.</summary>
public sealed class BudgetRulesTests
{
    private const decimal Price = 3.20m;
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateOnly Today = new(2026, 11, 20);
    private readonly MoneyRows rows = new();
    private readonly BudgetOptions options = new();

    [Fact]
    public void Fifteen_videos_at_3_20_fit_into_50_dollars_and_the_sixteenth_is_told_the_numbers()
    {
        for (var i = 0; i < 15; i++) Assert.Null(Reserve(i));
        var refusal = Reserve(15)!;
        Assert.Equal((Codes.BudgetExceeded, 50m, 2m), (refusal.Code, refusal.LimitUsd, refusal.RemainingUsd));
        Assert.Contains("$3.20", refusal.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Id(15), rows.Funds.Keys);
        Assert.Null(Reserve(15, day: Today.AddDays(1)));
    }

    [Fact]
    public void All_budgets_of_a_payment_must_have_room_or_none_of_them_is_touched()
    {
        options.UserDailyUsd = 5;
        Assert.Null(Reserve(1));
        Assert.Equal(5m, Reserve(2)!.LimitUsd);
        Assert.Null(Reserve(3, user: "bob"));
        Assert.Equal(2 * Price, Account(Scopes.Global, Scopes.Day(Today)).ReservedUsd);
        options.ProviderMonthlyUsd = 7;
        Assert.Equal(7m, Reserve(4, user: "carol")!.LimitUsd);
    }

    [Fact]
    public void What_was_paid_is_booked_on_the_day_of_its_reservation_and_what_was_free_is_to_be_had_again()
    {
        Reserve(1);
        Reserve(2);
        Move(new Movement.Settle(Id(1), 9, Payment(), 2.50m, CostSource.Provider));
        Move(new Movement.Release(Id(2), 9, Payment()));
        Assert.Equal((0m, 2.50m), (Account(Scopes.Global, "2026-11-20").ReservedUsd, Account(Scopes.Global, "2026-11-20").SpentUsd));
        Assert.Equal(2.50m, Account(Scopes.Provider("local"), "2026-11").SpentUsd);
    }

    [Fact]
    public void What_nobody_knows_to_be_paid_counts_on_every_day_until_somebody_knows()
    {
        options.GlobalDailyUsd = 5;
        Reserve(1);
        Move(new Movement.Risk(Id(1), 5, Payment(), Price));
        Assert.Equal(1.80m, Reserve(2, day: Today.AddDays(3))!.RemainingUsd);
        Move(new Movement.Settle(Id(1), 6, Payment(), Price, CostSource.Discarded));
        Assert.Null(Reserve(2, day: Today.AddDays(3)));
        Assert.Equal(Price, Account(Scopes.Global, "2026-11-20").SpentUsd);
    }

    [Fact]
    public void A_release_that_came_first_refuses_the_reservation_that_comes_late()
    {
        Move(new Movement.Release(Id(1), 7, Payment()));
        Assert.Equal(Codes.AdmissionUnavailable, Reserve(1)!.Code);
    }

    [Fact]
    public void A_movement_of_an_older_document_than_the_last_changes_nothing()
    {
        Reserve(1);
        Move(new Movement.Settle(Id(1), 8, Payment(), Price, CostSource.PriceList));
        Move(new Movement.Risk(Id(1), 7, Payment(), Price));
        Move(new Movement.Release(Id(1), 6, Payment()));
        Assert.Null(Reserve(1));
        Assert.Equal(FundsState.Spent, rows.Funds[Id(1)].State);
        Assert.Equal(2, rows.History.Count);
    }

    [Fact]
    public void The_truth_is_booked_even_where_it_is_more_than_was_allowed_and_trips_the_breaker()
    {
        options.GlobalDailyUsd = 4;
        Reserve(1);
        var change = Move(new Movement.Settle(Id(1), 5, Payment(), 6.40m, CostSource.Provider));
        Assert.Equal(6.40m, Account(Scopes.Global, "2026-11-20").SpentUsd);
        Assert.Equal(0m, Reserve(2)!.RemainingUsd);
        var pause = BudgetAlerts.Overspent(change, TimeSpan.FromMinutes(15), Noon)!;
        Assert.Equal((Scopes.Global, PauseKind.SpendBreaker, Noon.AddMinutes(15)), (pause.Scope, pause.Kind, pause.Until!.Value));
        Assert.Null(BudgetAlerts.Overspent(Move(new Movement.Settle(Id(1), 6, Payment(), 6.40m, CostSource.Provider)), TimeSpan.FromMinutes(15), Noon));
    }

    [Fact]
    public void Half_four_fifths_and_all_of_a_cap_are_said_once_each()
    {
        options.GlobalDailyUsd = 10 * Price;
        var said = Enumerable.Range(0, 10).Select(i => Alerts(new Movement.Reserve(Id(i), 1, Payment(), Price)).Where(a => a.Id == new AccountId(Scopes.Global, "2026-11-20")).Select(a => a.Part).SingleOrDefault());
        Assert.Equal([0, 0, 0, 0, 0.5m, 0, 0, 0.8m, 0, 1m], said);
    }

    private static readonly Payment Elsewhere = Payment() with { Model = "other", Account = "second" };

    [Fact]
    public void A_reservation_of_a_newer_document_at_another_account_moves_what_is_held_and_the_history_shows_both()
    {
        Reserve(1);
        var change = Move(new Movement.Reserve(Id(1), 5, Elsewhere, 4));
        Assert.Equal(
            [(Payment(), FundsState.Reserved, FundsState.Released, Price, 0m), (Elsewhere, null, FundsState.Reserved, 0m, 4m)],
            change.Entries.Select(e => (e.Payment, e.From, e.To, e.FromUsd, e.Usd)));
        Assert.Equal((0m, 4m, 4m), (Account(Scopes.Provider("local"), "2026-11-20").ReservedUsd, Account(Scopes.Provider("second"), "2026-11-20").ReservedUsd, Account(Scopes.Global, "2026-11").ReservedUsd));

        Assert.Empty(Move(new Movement.Reserve(Id(1), 6, Elsewhere, 4)).Entries); // Said again by a document that is newer still.
        Assert.Empty(Move(new Movement.Reserve(Id(1), 4, Payment(), Price)).Entries); // What an older one said, late.
        Assert.Equal((FundsState.Reserved, 4m, 4m), (rows.Funds[Id(1)].State, rows.Funds[Id(1)].Usd, rows.Funds[Id(1)].ReservedUsd));
        Move(new Movement.Settle(Id(1), 9, Elsewhere, 3.5m, CostSource.Provider));
        Assert.Equal((0m, 3.5m), (Account(Scopes.Global, "2026-11").ReservedUsd, Account(Scopes.Provider("second"), "2026-11").SpentUsd));
    }

    [Theory]
    [InlineData(3.99, false)] // What it held is taken out first, and still there is too little.
    [InlineData(4.00, true)]
    public void It_needs_only_what_it_holds_not_already_and_all_of_it_or_nothing_moves(double cap, bool moves)
    {
        options.GlobalDailyUsd = (decimal)cap;
        Reserve(1);
        var (change, verdicts) = Apply(new Movement.Reserve(Id(1), 5, Elsewhere, 4));
        rows.Write(change);
        Assert.Equal(moves, verdicts[0] is null);
        Assert.Equal(moves ? (Elsewhere, 4m) : (Payment(), Price), (rows.Funds[Id(1)].Payment, rows.Funds[Id(1)].Usd));
        if (moves) return;
        Assert.Empty(change.Entries);
        // Its round ends, and what it held is given back where it is, not where it was about to go.
        var entry = Assert.Single(Move(new Movement.Release(Id(1), 6, Elsewhere)).Entries);
        Assert.Equal((Payment(), FundsState.Released, Price), (entry.Payment, entry.To, entry.FromUsd));
        Assert.Equal((0m, 0m), (Account(Scopes.Global, "2026-11-20").ReservedUsd, Account(Scopes.Provider("local"), "2026-11-20").ReservedUsd));
    }

    [Fact]
    public void It_moves_to_where_it_is_free_too_and_what_was_at_risk_is_held_again()
    {
        Reserve(1);
        Move(new Movement.Reserve(Id(1), 5, Elsewhere, 0));
        Assert.Equal((0m, 0m), (Account(Scopes.Global, "2026-11").ReservedUsd, rows.Funds[Id(1)].Usd));
        Reserve(2);
        Move(new Movement.Risk(Id(2), 5, Payment(), Price));
        Move(new Movement.Reserve(Id(2), 7, Elsewhere, 4));
        Assert.Equal((0m, 4m), (Account(Scopes.Global, AccountId.Ever).AtRiskUsd, Account(Scopes.Global, "2026-11").ReservedUsd));
        Assert.Null(Apply(new Movement.Risk(Id(2), 6, Payment(), Price)).Verdicts[0]);
        Move(new Movement.Risk(Id(2), 6, Payment(), Price));
        Assert.Equal(FundsState.Reserved, rows.Funds[Id(2)].State);
    }

    [Fact]
    public void What_was_given_back_is_not_moved_whatever_comes()
    {
        Reserve(1);
        Move(new Movement.Release(Id(1), 5, Payment()));
        var (change, verdicts) = Apply(new Movement.Reserve(Id(1), 9, Elsewhere, 4));
        Assert.Equal((Codes.AdmissionUnavailable, 0), (verdicts[0]!.Code, change.Funds.Count));
    }

    private static FundsId Id(int number) => new($"v-{number}", 1);

    private static Payment Payment(string user = "alice", DateOnly? day = null) => new(new Owner("bot", user), "local", "local", day ?? Today);

    private Refusal? Reserve(int number, string user = "alice", DateOnly? day = null)
    {
        var (change, verdicts) = Apply(new Movement.Reserve(Id(number), 1, Payment(user, day), Price));
        rows.Write(change);
        return verdicts[0];
    }

    private LedgerChange Move(Movement movement)
    {
        var (change, verdicts) = Apply(movement);
        Assert.Null(verdicts[0]);
        rows.Write(change);
        return change;
    }

    private List<BudgetAlert> Alerts(Movement movement)
    {
        var before = rows.Of(new Dictionary<FundsId, Payment> { [movement.Id] = movement.Payment });
        var change = Move(movement);
        return [.. BudgetAlerts.Raised(before, change)];
    }

    private (LedgerChange Change, Refusal?[] Verdicts) Apply(Movement movement) =>
        BudgetRules.Apply(rows.Of(new Dictionary<FundsId, Payment> { [movement.Id] = movement.Payment }), [movement], _ => new(options, options), Noon);

    private Account Account(string scope, string period) => rows.Accounts[new(scope, period)];
}
