using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using VideoGen.Access;
using VideoGen.Reports;
using VideoGen.Storage.Reports;
using VideoGen.Storage.Tests.Waiting;

namespace VideoGen.Storage.Tests.Reports;

public sealed class PostgresPreventedPaymentsTests(StorageDatabase database) : IClassFixture<StorageDatabase>, IAsyncLifetime
{
    private static readonly Owner Alice = new("bot", "alice");
    private static readonly Owner Bob = new("web", "bob");

    private readonly ManualTime time = new();

    public Task InitializeAsync() => database.Run("truncate videogen.prevented, videogen.prevented_batches");

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Counts_are_coalesced_by_day_client_and_kind()
    {
        using var prevented = New();
        prevented.Count(Alice, "fast", PreventedKind.Joined, 3.20m);
        prevented.Count(Alice, "fast", PreventedKind.Joined, 0.80m);
        prevented.Count(new("bot", "carol"), "fast", PreventedKind.Replayed, 4m);
        prevented.Count(Bob, "fast", PreventedKind.Joined, 1m);
        time.Advance(TimeSpan.FromHours(13));
        prevented.Count(Bob, "fast", PreventedKind.Joined, 2m);
        await prevented.Flush(CancellationToken.None);
        prevented.Count(Alice, "fast", PreventedKind.Joined, 1m);
        await prevented.Flush(CancellationToken.None);

        Assert.Equal(
            ["2026-03-01 bot joined 2 4.00", "2026-03-01 bot replayed 1 4", "2026-03-01 web joined 1 1", "2026-03-02 bot joined 1 1", "2026-03-02 web joined 1 2"],
            await Rows());
    }

    [Fact]
    public async Task A_running_host_writes_every_second_and_once_more_when_it_stops()
    {
        using var prevented = New();
        await prevented.StartAsync(CancellationToken.None);
        prevented.Count(Alice, "fast", PreventedKind.Joined, 1m);
        Assert.Equal(0, await Total());

        await Until.True("the second's counts are written", async () =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return await Total() == 1;
        });

        prevented.Count(Alice, "fast", PreventedKind.Joined, 1m);
        await prevented.StopAsync(CancellationToken.None);
        Assert.Equal(2, await Total());
    }

    [Fact]
    public async Task A_crash_loses_what_was_counted_since_the_last_write_and_nothing_else()
    {
        using (var dies = New())
        {
            dies.Count(Alice, "fast", PreventedKind.Joined, 1m);
            await dies.Flush(CancellationToken.None);
            dies.Count(Alice, "fast", PreventedKind.Joined, 1m);
        }

        using var next = New();
        next.Count(Alice, "fast", PreventedKind.Joined, 1m);
        await next.Flush(CancellationToken.None);
        Assert.Equal(2, await Total());
    }

    [Fact]
    public async Task A_database_that_is_away_costs_no_count()
    {
        using var prevented = New();
        await prevented.StartAsync(CancellationToken.None);
        await database.Run("alter table videogen.prevented rename to away");
        try
        {
            prevented.Count(Alice, "fast", PreventedKind.Joined, 1m);
            await Assert.ThrowsAsync<PostgresException>(() => prevented.Flush(CancellationToken.None));
            time.Advance(TimeSpan.FromSeconds(1)); // The host's own flush fails too, and the host lives on.
            prevented.Count(Bob, "fast", PreventedKind.Replayed, 2m);
            await Assert.ThrowsAsync<PostgresException>(() => prevented.Flush(CancellationToken.None));
        }
        finally
        {
            await database.Run("alter table videogen.away rename to prevented");
        }

        await Until.True("both counts are written", async () =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return await Total() == 2;
        });
        await prevented.StopAsync(CancellationToken.None);
        Assert.Equal(2, await Total());
    }

    [Fact]
    public async Task A_batch_whose_answer_was_lost_is_sent_again_and_counts_once()
    {
        using var prevented = New();
        var counts = new PreventedCounts();
        counts.Add(new(2026, 3, 1), new("bot", "alice"), "fast", PreventedKind.Joined, 4m);
        Assert.True(counts.TryClose(out var sent));
        await prevented.Write(sent, CancellationToken.None);
        counts.Add(new(2026, 3, 1), new("bot", "alice"), "fast", PreventedKind.Joined, 4m); // Counted while the answer was missing.

        Assert.True(counts.TryClose(out var again));
        await prevented.Write(again, CancellationToken.None);
        counts.Written(again);
        Assert.Equal(1, await Total());

        Assert.True(counts.TryClose(out var next));
        await prevented.Write(next, CancellationToken.None);
        counts.Written(next);
        Assert.Equal(2, await Total());
        Assert.False(counts.TryClose(out _));
    }

    [Fact]
    public async Task Counting_and_flushing_at_once_loses_and_doubles_nothing()
    {
        using var prevented = New();
        var counting = Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 2_000; i++) prevented.Count(Alice, "fast", PreventedKind.Joined, 0.01m);
        }));
        var flushing = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 25; i++) await prevented.Flush(CancellationToken.None);
        }));
        await Task.WhenAll([.. counting, .. flushing]);
        await prevented.Flush(CancellationToken.None);

        Assert.Equal(["2026-03-01 bot joined 8000 80.00"], await Rows());
    }

    [Fact]
    public async Task Processes_that_write_the_same_rows_at_once_do_not_wait_for_each_other_for_ever()
    {
        using var one = New();
        using var two = New();
        for (var round = 0; round < 50; round++)
        {
            for (var client = 0; client < 20; client++)
            {
                one.Count(new($"c{client}", "-"), "fast", PreventedKind.Joined, 1m);
                two.Count(new($"c{19 - client}", "-"), "fast", PreventedKind.Joined, 1m);
            }

            await Task.WhenAll(one.Flush(CancellationToken.None), two.Flush(CancellationToken.None));
        }

        Assert.Equal(2_000, await Total());
    }

    [Fact]
    public void Memory_is_bounded_and_no_count_is_lost_by_that()
    {
        var counts = new PreventedCounts();
        for (var i = 0; i < 3 * PreventedCounts.MaxKeys; i++) counts.Add(new(2026, 3, 1), new($"c{i}", "-"), "fast", PreventedKind.Joined, 1m);

        Assert.True(counts.TryClose(out var batch));
        Assert.Equal(PreventedCounts.MaxKeys + 1, batch.Sums.Count);
        Assert.Equal(3 * PreventedCounts.MaxKeys, batch.Sums.Values.Sum(s => s.Count));
        Assert.Equal(2 * PreventedCounts.MaxKeys, batch.Sums[new(new(2026, 3, 1), PreventedCounts.OtherClients, "", "", PreventedKind.Joined)].Count);
    }

    [Fact]
    public async Task Processes_that_are_long_gone_are_forgotten()
    {
        await database.Run("insert into videogen.prevented_batches values ('old', 5, now() - interval '8 days'), ('new', 5, now())");
        using var prevented = New();
        await prevented.ForgetOldWriters(CancellationToken.None);
        Assert.Equal("new", await database.One<string>("select string_agg(writer, ' ') from videogen.prevented_batches"));
    }

    private PostgresPreventedPayments New() => new(database.Pool, time, NullLogger<PostgresPreventedPayments>.Instance);

    private Task<long> Total() => database.One<long>("select coalesce(sum(count), 0)::bigint from videogen.prevented");

    private async Task<string[]> Rows() => await database.One<string[]>(
        "select coalesce(array_agg(concat_ws(' ', day, client, kind, count, usd) order by day, client, kind), '{}') from videogen.prevented");
}
