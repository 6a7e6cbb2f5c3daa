using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using VideoGen.Access;
using VideoGen.Budgets;
using VideoGen.Reports;
using VideoGen.Storage.Budgets;
using VideoGen.Storage.Reports;
using VideoGen.Storage.Tests.Budgets;
using VideoGen.Storage.Tests.Waiting;

namespace VideoGen.Storage.Tests.Reports;

public sealed class PostgresCostBookTests(StorageDatabase database) : IClassFixture<StorageDatabase>, IAsyncLifetime
{
    private static readonly DateOnly First = new(2026, 3, 1), Second = new(2026, 3, 2);
    private static readonly Payment Anns = new(new("bot", "ann"), "fast", "acme", First), Bobs = new(new("bot", "bob"), "good", "acme", First), Carols = new(new("web", "ann"), "good", "other", Second);

    public async Task InitializeAsync()
    {
        await LedgerTables.Empty(database);
        await database.Run("truncate videogen.prevented, videogen.prevented_batches");
        await Book(
            Of(1, FundsState.Spent, Anns, 3.20m), Of(2, FundsState.Spent, Anns, 4m), Of(3, FundsState.Released, Anns with { Owner = new("bot", "zoe") }, 0), Of(4, FundsState.Reserved, Bobs, 0.5m),
            Of(5, FundsState.AtRisk, Carols, 3.2m), Of(6, FundsState.Spent, Carols, 1m), Of(7, FundsState.Spent, Carols with { Day = new(2026, 4, 1) }, 100m));
        await database.Run("insert into videogen.prevented (day, client, user_name, model, kind, count, usd) values ('2026-03-01', 'bot', 'ann', 'fast', 'joined', 3, 9.60), ('2026-03-02', 'bot', '', '', 'blocked_run', 1, 3.20), ('2026-03-01', '*', '', '', 'replayed', 2, 6)");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("Day", "2026-03-01 - - - -: 7.2/2 0.5/1 0/0 15.6/5|2026-03-02 - - - -: 1/1 0/0 3.2/1 3.2/1")]
    [InlineData("Client", "- * - - -: 0/0 0/0 0/0 6/2|- bot - - -: 7.2/2 0.5/1 0/0 12.8/4|- web - - -: 1/1 0/0 3.2/1 0/0")]
    [InlineData("User", "- * - - -: 0/0 0/0 0/0 6/2|- bot ann - -: 7.2/2 0/0 0/0 9.6/3|- bot bob - -: 0/0 0.5/1 0/0 0/0|- bot - - -: 0/0 0/0 0/0 3.2/1|- web ann - -: 1/1 0/0 3.2/1 0/0")]
    [InlineData("Model", "- - - fast -: 7.2/2 0/0 0/0 9.6/3|- - - good -: 1/1 0.5/1 3.2/1 0/0|- - - - -: 0/0 0/0 0/0 9.2/3")]
    [InlineData("Provider", "- - - - acme: 7.2/2 0.5/1 0/0 0/0|- - - - other: 1/1 0/0 3.2/1 0/0|- - - - -: 0/0 0/0 0/0 18.8/6")]
    [InlineData("Provider Day", "2026-03-01 - - - acme: 7.2/2 0.5/1 0/0 0/0|2026-03-02 - - - other: 1/1 0/0 3.2/1 0/0|2026-03-01 - - - -: 0/0 0/0 0/0 15.6/5|2026-03-02 - - - -: 0/0 0/0 0/0 3.2/1")]
    [InlineData("", "- - - - -: 8.2/3 0.5/1 3.2/1 18.8/6")]
    public async Task Sums_are_kept_apart_by_what_was_asked_and_released_money_costs_nothing(string by, string expected) =>
        Assert.Equal(expected.Split('|'), await Costs(First, Second, by));

    [Fact]
    public async Task Without_groups_there_is_one_line_and_with_groups_none_where_nothing_was_paid()
    {
        Assert.Equal(["- - - - -: 0/0 0/0 0/0 0/0"], await Costs(new(2025, 1, 1), new(2025, 1, 2), ""));
        Assert.Empty(await Costs(new(2025, 1, 1), new(2025, 1, 2), "Day"));
    }

    [Fact]
    public async Task No_more_lines_are_read_than_were_asked_for() =>
        Assert.Equal(2, (await New().Costs(new(First, Second, [CostGroup.User], 2), CancellationToken.None)).Count);

    [Fact]
    public async Task What_this_process_has_just_prevented_is_in_it()
    {
        using var prevented = new PostgresPreventedPayments(database.Pool, new ManualTime(), NullLogger<PostgresPreventedPayments>.Instance);
        prevented.Count(new Owner("web", "ann"), "fast", PreventedKind.Joined, 3.2m);

        var line = Assert.Single(await new PostgresCostBook(database.Pool, prevented).Costs(new(First, Second, [], 1), CancellationToken.None));

        Assert.Equal((22m, 7L), (line.Sums.PreventedUsd, line.Sums.Prevented));
    }

    [Fact]
    public async Task Amounts_with_very_different_digits_have_a_sum()
    {
        await Book(Of(8, FundsState.Spent, Anns, 79_228_162_514m), Of(9, FundsState.Spent, Anns, 0.0000000000000000000000000001m));

        var line = Assert.Single(await New().Costs(new(First, First, [], 1), CancellationToken.None));

        Assert.Equal(79_228_162_521.2m, line.Sums.SpentUsd);
    }

    [Fact]
    public async Task The_history_for_people_has_every_movement_and_what_did_not_have_to_move()
    {
        var at = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
        await new PostgresMoneyLedger(database.Pool).Change(
            new Dictionary<FundsId, Payment>(),
            _ => new([], [], [
                new(new("v-a", 1), Anns, null, FundsState.Reserved, 0, 3.20m, null, at),
                new(new("v-a", 1, "job-1"), Anns, FundsState.Reserved, FundsState.Spent, 3.20m, 4m, CostSource.Provider, at.AddMinutes(3)),
            ]),
            CancellationToken.None);

        Assert.Equal(
            [
                "03-01 00:00 * prevented replayed 0 6 2", "03-01 00:00 bot ann fast prevented joined 0 9.60 3",
                "03-01 12:00 bot ann fast acme v-a 1 reserved 0 3.20 1", "03-01 12:03 bot ann fast acme v-a 1 job-1 reserved spent provider 3.20 4 1",
                "03-02 00:00 bot prevented blocked_run 0 3.20 1",
            ],
            await database.One<string[]>(
                """
                select array_agg(concat_ws(' ', to_char(at at time zone 'UTC', 'MM-DD HH24:MI'), client, user_name, model, provider, request_key, round, nullif(job_id, ''),
                  from_state, what, why, from_usd, usd, payments) order by at, client)
                from videogen.ledger_lines
                """));
    }

    private static Funds Of(int round, FundsState state, Payment payment, decimal usd) =>
        new(new("v-a", round), 1, state, payment, usd, usd, state == FundsState.Spent ? CostSource.Provider : null);

    private Task Book(params Funds[] funds) =>
        new PostgresMoneyLedger(database.Pool).Change(new Dictionary<FundsId, Payment>(), _ => new(funds, [], []), CancellationToken.None);

    private async Task<string[]> Costs(DateOnly from, DateOnly to, string by)
    {
        CostGroup[] groups = [.. by.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Enum.Parse<CostGroup>)];
        return [.. (await New().Costs(new(from, to, groups, 100), CancellationToken.None)).Select(Text)];
    }

    private PostgresCostBook New() => new(database.Pool);

    private static string Text(CostLine line) => string.Create(
        CultureInfo.InvariantCulture,
        $"{line.Day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "-"} {line.Client ?? "-"} {line.User ?? "-"} {line.Model ?? "-"} {line.Provider ?? "-"}: {line.Sums.SpentUsd}/{line.Sums.Spent} {line.Sums.ReservedUsd}/{line.Sums.Reserved} {line.Sums.AtRiskUsd}/{line.Sums.AtRisk} {line.Sums.PreventedUsd}/{line.Sums.Prevented}");
}
