using System.Security.Cryptography;
using Npgsql;
using VideoGen.Access;
using VideoGen.Storage.Access;

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
        Assert.Equal(stored, Assert.Single(await Keys.List(default)));
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
        Assert.Equal(["pro", "pro"], (await Keys.List(default)).Select(k => k.Plan));

        await Create("bot", "basic");
        Assert.Equal(["basic", "basic", "basic"], (await Keys.List(default)).Select(k => k.Plan));

        await Create("bot", "");
        Assert.Equal([null, null, null, null], (await Keys.List(default)).Select(k => k.Plan));
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
        Assert.DoesNotContain(await Keys.List(default), k => k.RevokedAt is null);
    }

    [Fact]
    public async Task Keys_in_force_come_first_by_client_and_age()
    {
        foreach (var client in new[] { "web", "bot", "web", "bot" }) await Create(client);
        await Keys.Revoke("2", default);

        Assert.Equal([4, 1, 3, 2], (await Keys.List(default)).Select(k => k.Id));
    }

    [Fact]
    public async Task There_is_a_bound_and_a_revoked_key_makes_room()
    {
        await Create("bot");
        await database.Run(
            "insert into videogen.client_keys (client, prefix, hash) select 'bot', 'p' || n, sha256(n::text::bytea) from generate_series(2, $1) n", PostgresClientKeys.MaxKeys);

        var refused = NewKey();
        Assert.Null(await Keys.Create("bot", null, refused.Prefix, refused.Hash, default));
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

        foreach (var change in new Func<Task>[]
                 {
                     () => Create("bot"), () => Create("bot", "pro"), () => Keys.Revoke("1", default),
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

        Assert.Equal(at, Assert.Single(await Keys.List(default)).LastUsedAt);
    }

    internal static ApiKey NewKey() => ApiKey.From(RandomNumberGenerator.GetString(ApiKey.Alphabet, ApiKey.SecretLength));

    private async Task<StoredKey> Create(string client, string? plan = null, ApiKey? key = null)
    {
        key ??= NewKey();
        return (await Keys.Create(client, plan, key.Prefix, key.Hash, default))!;
    }
}
