using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using VideoGen.Storage.Tests.Waiting;
using VideoGen.Storage.Webhooks;
using VideoGen.Webhooks;

namespace VideoGen.Storage.Tests.Webhooks;

/// <summary>Who has webhooks, as each host knows it within a second.</summary>
public sealed class WebhookRingTests(StorageDatabase database) : IClassFixture<StorageDatabase>, IAsyncLifetime
{
    public Task InitializeAsync() => database.Run("truncate videogen.webhooks, videogen.webhook_secrets");

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task What_one_host_registers_or_removes_another_knows_soon()
    {
        using var ring = new WebhookRing(database.Pool, TimeProvider.System, NullLogger<WebhookRing>.Instance);
        await ring.Load(default);
        await ring.StartAsync(default);
        Assert.False(ring.HasWebhooks("bot"));

        var book = new PostgresWebhooks(database.Pool);
        var id = (await book.Add("bot", "https://example.com/", WebhookEvents.All, default))!.Value.Webhook.Id;
        await Until.True("the ring knows the webhook", () => ring.HasWebhooks("bot"));
        Assert.False(ring.HasWebhooks("app"));
        await book.Note(id, new(TimeProvider.System.GetUtcNow(), 410, "gone"), isGone: true, default);
        await ring.LookAgain(default);
        Assert.True(ring.HasWebhooks("bot")); // It may be enabled before the video has ended.

        await book.Remove("bot", id, default);
        await Until.True("the ring knows that it is gone", () => !ring.HasWebhooks("bot"));
        await ring.StopAsync(default);
    }

    [Fact]
    public async Task What_came_of_a_try_makes_nobody_read_again()
    {
        var book = new PostgresWebhooks(database.Pool);
        var id = (await book.Add("bot", "https://example.com/", WebhookEvents.All, default))!.Value.Webhook.Id;
        var version = await database.One<long>("select version from videogen.webhook_changes");
        await book.Note(id, new(TimeProvider.System.GetUtcNow(), 200, Trouble: null), isGone: false, default);
        Assert.Equal(version, await database.One<long>("select version from videogen.webhook_changes"));
    }

    [Fact]
    public async Task What_was_known_last_holds_while_the_database_is_away()
    {
        await new PostgresWebhooks(database.Pool).Add("bot", "https://example.com/", WebhookEvents.All, default);
        await using var pool = NpgsqlDataSource.Create(database.ConnectionString);
        using var ring = new WebhookRing(pool, TimeProvider.System, NullLogger<WebhookRing>.Instance);
        await ring.LookAgain(default);
        await pool.DisposeAsync();
        await ring.LookAgain(default);
        Assert.True(ring.HasWebhooks("bot"));
    }
}
