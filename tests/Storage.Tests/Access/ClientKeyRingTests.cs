using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using VideoGen.Access;
using VideoGen.Storage.Access;
using VideoGen.Storage.Tests.Waiting;

namespace VideoGen.Storage.Tests.Access;

/// <summary>What a host knows of the keys, and for how long it believes it.</summary>
public sealed class ClientKeyRingTests(StorageDatabase database) : IClassFixture<StorageDatabase>, IAsyncLifetime
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ManualTime time = new();
    private readonly ClientsOptions configured = new();

    private PostgresClientKeys Stored => new(database.Pool);

    public Task InitializeAsync() => database.Run("truncate videogen.client_keys, videogen.clients restart identity");

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public void Nobody_is_known_and_the_door_is_closed_before_anything_was_read()
    {
        using var ring = Ring();
        Assert.True(ring.Latest.KeysExist);
    }

    [Fact]
    public async Task Without_any_key_there_is_none_and_a_revoked_one_was_one()
    {
        using var ring = await Loaded();
        Assert.False((await Known(ring)).KeysExist);

        var key = await Make("bot");
        await Stored.Revoke("1", default);
        time.Advance(IClientKeys.MaxAge + Second);

        Assert.Equal((true, null), ((await Known(ring)).KeysExist, (await Known(ring)).Find(key.Hash)));
    }

    [Fact]
    public async Task A_new_key_works_and_a_revoked_one_does_not_within_the_said_time()
    {
        var old = await Make("bot");
        using var ring = await Loaded();
        await ring.StartAsync(default);
        Assert.Equal(new KnownKey(1, "bot", old.Hash), (await Known(ring)).Find(old.Hash));

        var made = await Make("web");
        await Stored.Revoke(old.Prefix, default);

        // Nobody asks with Fresh: it is read ahead.
        await Until.True("the change is known", () =>
        {
            time.Advance(Second);
            return ring.Latest.Find(made.Hash)?.Client == "web" && ring.Latest.Find(old.Hash) is null;
        });
        await ring.StopAsync(default);
    }

    [Fact]
    public async Task What_is_too_old_is_read_anew_before_it_is_believed()
    {
        var key = await Make("bot");
        using var ring = await Loaded(); // Not started: nobody reads ahead.
        await Stored.Revoke(key.Prefix, default);

        time.Advance(IClientKeys.MaxAge);
        Assert.NotNull((await Known(ring)).Find(key.Hash));
        time.Advance(TimeSpan.FromTicks(1));
        Assert.Null((await Known(ring)).Find(key.Hash));
    }

    [Fact]
    public async Task Without_a_database_what_is_known_is_believed_for_five_seconds_and_after_that_nothing_is()
    {
        var key = await Make("bot");
        await using var away = new Line(database.ConnectionString);
        await using var pool = NpgsqlDataSource.Create(away.ConnectionString);
        using var ring = Ring(pool);
        await ring.Load(default);
        away.Cut();

        time.Advance(IClientKeys.MaxAge);
        Assert.NotNull((await Known(ring)).Find(key.Hash));
        time.Advance(Second);
        Assert.Null(await ring.Fresh(default));
        Assert.NotNull(ring.Latest.Find(key.Hash)); // For plans; nobody is let in by it.

        away.Mend();
        Assert.NotNull((await Known(ring)).Find(key.Hash));
    }

    [Fact]
    public async Task A_key_that_another_has_taken_the_place_of_works_beside_it_until_its_time_is_over_and_then_at_no_host()
    {
        var old = await Make("bot");
        using var ring = await Loaded();
        await ring.StartAsync(default);
        var next = PostgresClientKeysTests.NewKey();
        Assert.IsType<RotateAnswer.Rotated>(await Stored.Rotate(old.Prefix, next.Prefix, next.Hash, TimeSpan.FromHours(1), default));

        await Until.True("the new key is known", () =>
        {
            time.Advance(Second);
            return ring.Latest.Find(next.Hash) is not null;
        });
        Assert.NotNull((await Known(ring)).Find(old.Hash));
        await ring.StopAsync(default);

        // The database's own clock has not come so far: what the host knows is enough.
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal((null, next.Hash), (ring.Latest.Find(old.Hash), ring.Latest.Find(next.Hash)?.Hash));
        using var later = await Loaded();
        Assert.NotNull((await Known(later)).Find(old.Hash)); // For whoever reads it now it still has its time.
    }

    [Fact]
    public async Task A_key_ends_in_time_where_the_database_is_away_meanwhile()
    {
        var old = await Make("bot");
        var next = PostgresClientKeysTests.NewKey();
        await using var away = new Line(database.ConnectionString);
        await using var pool = NpgsqlDataSource.Create(away.ConnectionString);
        using var ring = Ring(pool);
        await Stored.Rotate(old.Prefix, next.Prefix, next.Hash, TimeSpan.FromMinutes(1), default);
        await ring.Load(default);
        away.Cut();

        time.Advance(IClientKeys.MaxAge);
        Assert.Equal((true, true), ((await Known(ring)).Find(old.Hash) is not null, (await Known(ring)).Find(next.Hash) is not null));
        time.Advance(Second);
        Assert.Null(await ring.Fresh(default));
        away.Mend();
        time.Advance(TimeSpan.FromSeconds(53));
        Assert.NotNull((await Known(ring)).Find(next.Hash)); // Read now; the old one has less than a second left.
        away.Cut();
        time.Advance(Second);
        Assert.Equal((false, true), ((await Known(ring)).Find(old.Hash) is not null, (await Known(ring)).Find(next.Hash) is not null));
    }

    [Fact]
    public async Task A_flood_of_calls_while_the_database_is_silent_makes_one_attempt()
    {
        await using var silent = new Line(database.ConnectionString);
        await using var pool = NpgsqlDataSource.Create(silent.ConnectionString);
        using var ring = Ring(pool);
        await ring.Load(default);
        silent.Block();
        var before = silent.Asked;
        time.Advance(IClientKeys.MaxAge + Second);

        var calls = Enumerable.Range(0, 500).Select(_ => ring.Fresh(default).AsTask()).ToArray();
        await Until.True("the database is asked", () => silent.Asked > before);
        Assert.All(calls, c => Assert.False(c.IsCompleted));
        time.Advance(TimeSpan.FromSeconds(2)); // As long as anybody waits.

        Assert.All(await Task.WhenAll(calls).WaitAsync(TimeSpan.FromSeconds(20)), Assert.Null);
        Assert.InRange(silent.Asked - before, 1, 2);
    }

    [Fact]
    public async Task A_flood_of_wrong_keys_never_reaches_the_database()
    {
        await Make("bot");
        await using var counted = new Line(database.ConnectionString);
        await using var pool = NpgsqlDataSource.Create(counted.ConnectionString);
        using var ring = Ring(pool);
        await ring.Load(default);
        var before = counted.Asked;

        for (var i = 0; i < 10_000; i++) Assert.Null((await Known(ring)).Find(PostgresClientKeysTests.NewKey().Hash));

        Assert.Equal(before, counted.Asked);
    }

    [Fact]
    public async Task Keys_and_plans_of_the_configuration_stand_beside_those_of_the_database_and_its_plan_wins()
    {
        var stored = await Make("bot", "basic");
        var key = PostgresClientKeysTests.NewKey();
        configured.ByName["bot"] = new() { Plan = "pro" };
        configured.ByName["web"] = new() { KeySha256 = key.Hash.ToString() };
        using var ring = await Loaded();
        var known = await Known(ring);

        Assert.Equal(("bot", "web"), (known.Find(stored.Hash)!.Client, known.Find(key.Hash)!.Client));
        Assert.Equal(("pro", null, null), (known.PlanOf("bot"), known.PlanOf("web"), known.PlanOf("nobody")));
        ring.Used(known.Find(key.Hash)!); // Of a configured key no use is written down.
    }

    [Fact]
    public async Task A_key_by_configuration_alone_closes_the_door_to_others()
    {
        configured.ByName["web"] = new() { KeySha256 = PostgresClientKeysTests.NewKey().Hash.ToString() };
        using var ring = await Loaded();
        Assert.True((await Known(ring)).KeysExist);
    }

    [Fact]
    public async Task The_use_of_a_key_is_written_down_within_seconds()
    {
        var key = await Make("bot");
        using var ring = await Loaded();
        await ring.StartAsync(default);
        var used = time.GetUtcNow();

        ring.Used(ring.Latest.Find(key.Hash)!);
        await Until.True("the use is written", async () =>
        {
            time.Advance(Second);
            return await LastUsed() == used;
        });
        await ring.StopAsync(default);
    }

    [Fact]
    public async Task The_use_of_a_busy_key_is_written_down_once_a_minute_and_the_last_one_when_the_host_stops()
    {
        var key = await Make("bot");
        using var ring = await Loaded();
        var known = ring.Latest.Find(key.Hash)!;
        var began = time.GetUtcNow();

        ring.Used(known);
        time.Advance(TimeSpan.FromSeconds(59));
        ring.Used(known);
        await ring.StopAsync(default);
        Assert.Equal(began, await LastUsed());

        time.Advance(Second);
        ring.Used(known);
        await ring.StopAsync(default);
        Assert.Equal(began + TimeSpan.FromMinutes(1), await LastUsed());
    }

    private async Task<DateTimeOffset?> LastUsed() => (await Stored.List(client: null, 10, default)).Single().LastUsedAt;

    private async Task<ApiKey> Make(string client, string? plan = null)
    {
        var key = PostgresClientKeysTests.NewKey();
        await Stored.Create(new(client, key.Prefix, key.Hash), plan, default);
        return key;
    }

    private static async Task<KnownClients> Known(ClientKeyRing ring)
    {
        var known = await ring.Fresh(default);
        Assert.NotNull(known);
        return known;
    }

    private async Task<ClientKeyRing> Loaded()
    {
        var ring = Ring();
        await ring.Load(default);
        return ring;
    }

    private ClientKeyRing Ring(NpgsqlDataSource? pool = null) =>
        new(new(pool ?? database.Pool), Options.Create(configured), time, NullLogger<ClientKeyRing>.Instance);
}
