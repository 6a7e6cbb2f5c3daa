using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Npgsql;
using VideoGen.Access;
using VideoGen.Storage.Access;
using VideoGen.Storage.Tests.Waiting;

namespace VideoGen.Storage.Tests.Access;

public sealed class PostgresClientKeysTests(StorageDatabase database) : IClassFixture<StorageDatabase>, IAsyncLifetime
{
    private PostgresClientKeys Keys => new(database.Pool);

    public Task InitializeAsync() => database.Run("truncate videogen.client_keys, videogen.clients restart identity");

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_key_is_stored_without_its_text()
    {
        var key = NewKey();
        var stored = await Create("bot", "pro", key);

        Assert.Equal((1, key.Prefix, "bot", "pro", null, null), (stored.Id, stored.Prefix, stored.Client, stored.Plan, stored.LastUsedAt, stored.RevokedAt));
        Assert.Equal(stored, Assert.Single(await List()));
        var everything = await database.One<string>("select string_agg(k::text, ' ') || string_agg(c::text, ' ') from videogen.client_keys k, videogen.clients c");
        Assert.DoesNotContain(key.Reveal()[11..], everything, StringComparison.Ordinal);
        Assert.Contains(key.Hash.ToString(), everything, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_key_again_is_the_same_one()
    {
        var key = NewKey();
        Assert.Equal(await Create("bot", null, key), await Create("bot", null, key));
    }

    [Fact]
    public async Task A_plan_belongs_to_the_client_and_the_last_one_said_holds_for_all_its_keys()
    {
        await Create("bot", "pro");
        await Create("bot", null);
        Assert.Equal(["pro", "pro"], (await List()).Select(k => k.Plan));

        await Create("bot", "basic");
        Assert.Equal(["basic", "basic", "basic"], (await List()).Select(k => k.Plan));

        await Create("bot", "");
        Assert.Equal([null, null, null, null], (await List()).Select(k => k.Plan));
    }

    [Fact]
    public async Task A_key_is_revoked_by_prefix_or_number_once_and_for_ever()
    {
        var (first, second) = (await Create("bot"), await Create("web"));

        var revoked = await Keys.Revoke(first.Prefix, default);
        Assert.NotNull(revoked!.RevokedAt);
        Assert.Equal(revoked, await Keys.Revoke("1", default));
        Assert.Equal(second.Id, (await Keys.Revoke("2", default))!.Id);
        Assert.Null(await Keys.Revoke("3", default));
        Assert.Null(await Keys.Revoke("vg_", default));
        Assert.Null(await Keys.Revoke("' or true --", default));
        Assert.DoesNotContain(await List(), k => k.RevokedAt is null);
    }

    [Fact]
    public async Task Keys_in_force_come_first_by_client_and_age()
    {
        foreach (var client in new[] { "web", "bot", "web", "bot" }) await Create(client);
        await Keys.Revoke("2", default);

        Assert.Equal([4, 1, 3, 2], (await List()).Select(k => k.Id));
    }

    [Fact]
    public async Task There_is_a_bound_and_a_revoked_key_makes_room()
    {
        await Create("bot");
        await database.Run(
            "insert into videogen.client_keys (client, prefix, hash) select 'bot', 'p' || n, sha256(n::text::bytea) from generate_series(2, $1) n", IClientBook.MaxKeys);

        var refused = NewKey();
        Assert.Null(await Keys.Create(new("bot", refused.Prefix, refused.Hash), null, default));
        Assert.IsType<RotateAnswer.TooMany>(await Keys.Rotate("1", refused.Prefix, refused.Hash, Day, default));
        await Keys.Revoke("1", default);
        await Create("bot");
    }

    [Theory]
    [InlineData("local")]
    [InlineData("Bot")]
    [InlineData("a/b")]
    [InlineData("")]
    public async Task The_database_itself_refuses_a_clients_name_that_would_be_somebody_elses(string client) =>
        Assert.Equal(PostgresErrorCodes.CheckViolation, (await Assert.ThrowsAsync<PostgresException>(() => Create(client))).SqlState);

    [Fact]
    public async Task Only_what_changes_who_may_do_what_counts_as_a_change()
    {
        var version = (await Keys.ReadIfChanged(0, default))!.Version;
        Assert.Null(await Keys.ReadIfChanged(version, default));

        var next = NewKey();
        foreach (var change in new Func<Task>[]
                 {
                     () => Create("bot"), () => Create("bot", "pro"), () => Keys.Revoke("1", default), () => Keys.Rotate("2", next.Prefix, next.Hash, Day, default),
                     () => database.Run("update videogen.client_keys set scopes = '{read}' where id = 2"), () => Keys.SetPlan("bot", "fast", default),
                     () => database.Run("update videogen.clients set plan = 'basic'"), () => database.Run("delete from videogen.client_keys where id = 1"),
                 })
        {
            await change();
            var read = await Keys.ReadIfChanged(version, default);
            Assert.True(read!.Version > version);
            version = read.Version;
        }

        await Keys.WriteUsed([new(2, DateTimeOffset.UnixEpoch)], default);
        Assert.Null(await Keys.ReadIfChanged(version, default));
    }

    [Fact]
    public async Task The_later_use_stays()
    {
        await Create("bot");
        var at = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
        await Keys.WriteUsed([new(1, at)], default);
        await Keys.WriteUsed([new(1, at.AddHours(-1)), new(99, at)], default);

        Assert.Equal(at, Assert.Single(await List()).LastUsedAt);
    }

    [Fact]
    public async Task What_a_key_may_do_and_is_called_stays_with_it_and_a_key_of_before_may_see_and_ask()
    {
        var key = NewKey();
        var made = await Keys.Create(new("bot", key.Prefix, key.Hash, KeyScopes.Read | KeyScopes.Admin, "Grafana"), null, default);
        await database.Run("insert into videogen.clients (name) values ('old'); insert into videogen.client_keys (client, prefix, hash) values ('old', 'vg_00000000', sha256('old'))");

        Assert.Equal((KeyScopes.Read | KeyScopes.Admin, "Grafana"), (made!.Scopes, made.Name));
        Assert.Equal([made], await List("bot"));
        Assert.Equal((KeyScopes.Generate | KeyScopes.Read, null), (Assert.Single(await List("old")).Scopes, Assert.Single(await List("old")).Name));
        Assert.Equal([KeyScopes.Read | KeyScopes.Admin, KeyScopes.Generate | KeyScopes.Read], (await Keys.ReadIfChanged(0, default))!.Keys.OrderBy(k => k.Client).Select(k => k.Scopes));
    }

    [Theory]
    [InlineData("scopes = '{}'")]
    [InlineData("scopes = '{everything}'")]
    [InlineData("scopes = '{read,read,read,read}'")]
    [InlineData("name = ''")]
    public async Task The_database_itself_refuses_a_scope_that_there_is_not(string change)
    {
        await Create("bot");
        Assert.Equal(PostgresErrorCodes.CheckViolation, (await Assert.ThrowsAsync<PostgresException>(() => database.Run($"update videogen.client_keys set {change}"))).SqlState);
    }

    [Fact]
    public async Task A_rotated_key_has_a_successor_of_its_own_kind_and_is_in_force_until_it_expires()
    {
        var key = NewKey();
        await Keys.Create(new("bot", key.Prefix, key.Hash, KeyScopes.Generate, "App"), "pro", default);
        var next = NewKey();

        var rotated = Assert.IsType<RotateAnswer.Rotated>(await Keys.Rotate(key.Prefix, next.Prefix, next.Hash, Day, default));

        Assert.Equal(("bot", "pro", KeyScopes.Generate, "App", null, true), (rotated.New.Client, rotated.New.Plan, rotated.New.Scopes, rotated.New.Name, rotated.New.ExpiresAt, rotated.New.InForce));
        Assert.Equal((key.Prefix, next.Prefix, true), (rotated.Old.Prefix, rotated.Old.RotatedTo, rotated.Old.InForce));
        Assert.Equal(Day, rotated.Old.ExpiresAt - rotated.New.CreatedAt);
        var read = (await Keys.ReadIfChanged(0, default))!;
        Assert.Equal([key.Hash, next.Hash], read.Keys.OrderBy(k => k.Id).Select(k => k.Hash));
        Assert.InRange(Assert.Single(read.Ending).Left, Day - TimeSpan.FromMinutes(1), Day);

        // Twice is once, a second successor there is not, and what is over cannot be rotated.
        Assert.Equal(rotated, await Keys.Rotate("1", next.Prefix, next.Hash, TimeSpan.Zero, default));
        var other = NewKey();
        Assert.Equal(new RotateAnswer.NotInForce(rotated.Old), await Keys.Rotate("1", other.Prefix, other.Hash, Day, default));
        await Keys.Revoke("2", default);
        Assert.IsType<RotateAnswer.NotInForce>(await Keys.Rotate("2", other.Prefix, other.Hash, Day, default));
        Assert.IsType<RotateAnswer.Unknown>(await Keys.Rotate("3", other.Prefix, other.Hash, Day, default));
        Assert.Equal(2, (await List()).Count);
    }

    [Fact]
    public async Task A_key_that_is_kept_for_no_time_is_over_at_once_and_is_read_by_no_host()
    {
        await Create("bot");
        var next = NewKey();

        var rotated = Assert.IsType<RotateAnswer.Rotated>(await Keys.Rotate("1", next.Prefix, next.Hash, TimeSpan.Zero, default));

        Assert.False(rotated.Old.InForce);
        Assert.Equal([next.Hash], (await Keys.ReadIfChanged(0, default))!.Keys.Select(k => k.Hash));
        Assert.Equal([2, 1], (await List()).Select(k => k.Id));
    }

    [Fact]
    public async Task Of_many_rotations_at_once_one_takes_the_place()
    {
        await Create("bot");
        var keys = Enumerable.Range(0, 8).Select(_ => NewKey()).ToArray();

        // All of them wait for whoever has the row, and go on together.
        await using var holder = await database.Pool.OpenConnectionAsync();
        await using var transaction = await holder.BeginTransactionAsync();
        await using (var held = new NpgsqlCommand("select from videogen.client_keys where id = 1 for update", holder)) await held.ExecuteNonQueryAsync();
        var rotations = keys.Select(k => Keys.Rotate("1", k.Prefix, k.Hash, Day, default)).ToArray();
        await Until.True("all wait", async () => await database.One<long>("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'") == keys.Length);
        await transaction.RollbackAsync();
        var answers = await Task.WhenAll(rotations);

        Assert.Single(answers.OfType<RotateAnswer.Rotated>());
        Assert.Equal(7, answers.OfType<RotateAnswer.NotInForce>().Count());
        Assert.Equal(2, (await List()).Count);
    }

    [Fact]
    public async Task Clients_are_those_of_the_database_and_of_the_configuration_which_goes_first()
    {
        await Create("bot", "basic");
        await Create("bot");
        await Create("web", "basic");
        await Keys.Revoke("1", default);
        await Keys.WriteUsed([new(1, At)], default);
        var configured = new ClientsOptions();
        configured.ByName["bot"] = new() { Plan = "pro", KeySha256 = NewKey().Hash.ToString() };
        configured.ByName["app"] = new() { KeySha256 = NewKey().Hash.ToString() };
        var book = new ClientBook(Keys, Options.Create(configured));

        var clients = await book.Clients(default);

        Assert.Equal(["app  True 1 -", "bot pro True 2 2026", "web basic False 1 -"], clients.Select(c => $"{c.Name} {c.Plan} {c.IsConfigured} {c.Keys} {c.LastUsedAt?.Year.ToString(CultureInfo.InvariantCulture) ?? "-"}"));
        Assert.Null(clients[0].CreatedAt);
        Assert.Equal((null, "pro", "basic"), ((await book.SetPlan("nobody", "pro", default))?.Plan, (await book.SetPlan("web", "pro", default))!.Plan, (await book.SetPlan("web", "basic", default))!.Plan));
        Assert.Null((await book.SetPlan("web", "", default))!.Plan);
    }

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private static readonly DateTimeOffset At = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    internal static ApiKey NewKey() => ApiKey.From(RandomNumberGenerator.GetString(ApiKey.Alphabet, ApiKey.SecretLength));

    private async Task<StoredKey> Create(string client, string? plan = null, ApiKey? key = null)
    {
        key ??= NewKey();
        return (await Keys.Create(new(client, key.Prefix, key.Hash), plan, default))!;
    }

    private Task<List<StoredKey>> List(string? client = null) => Keys.List(client, int.MaxValue, default);
}
