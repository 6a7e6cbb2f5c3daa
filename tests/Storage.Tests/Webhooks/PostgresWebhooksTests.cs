using VideoGen.Storage.Webhooks;
using VideoGen.Webhooks;

namespace VideoGen.Storage.Tests.Webhooks;

/// <summary>The table of webhooks and secrets, in a real database.</summary>
public sealed class PostgresWebhooksTests(StorageDatabase database) : IClassFixture<StorageDatabase>, IAsyncLifetime
{
    private const string Url = "https://example.com/hook";

    private static readonly DateTimeOffset At = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private static readonly WebhookTry Heard = new(At, 204, Trouble: null), Down = new(At, 500, "It answered 500.");

    private PostgresWebhooks Book => new(database.Pool);

    public Task InitializeAsync() => database.Run("truncate videogen.webhooks, videogen.webhook_secrets");

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_client_gets_its_secret_with_its_first_webhook_and_never_again()
    {
        var first = await Book.Add("bot", Url, WebhookEvents.All, default);
        var second = await Book.Add("bot", Url + "2", [WebhookEvents.Failed], default);

        Assert.StartsWith("whsec_", first!.Value.Secret, StringComparison.Ordinal);
        Assert.Equal(32, Convert.FromBase64String(first.Value.Secret!["whsec_".Length..]).Length);
        Assert.Null(second!.Value.Secret);
        Assert.Equal([first.Value.Secret!], (await Book.Secrets("bot", default)).ToArray());
        Assert.Equal([first.Value.Webhook.Id, second.Value.Webhook.Id], (await Book.List("bot", default)).Select(w => w.Id));
        Assert.Equal([WebhookEvents.Failed], (await Book.Find("bot", second.Value.Webhook.Id, default))!.Events.ToArray());
        Assert.StartsWith("wh_", first.Value.Webhook.Id, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_address_again_is_the_same_webhook_with_the_new_events()
    {
        var first = await Book.Add("bot", Url, WebhookEvents.All, default);
        var again = await Book.Add("bot", Url, [WebhookEvents.Completed], default);
        Assert.Equal(first!.Value.Webhook.Id, again!.Value.Webhook.Id);
        Assert.Equal([WebhookEvents.Completed], Assert.Single(await Book.List("bot", default)).Events.ToArray());
    }

    [Fact]
    public async Task The_same_address_again_is_in_use_where_it_was_disabled_and_else_has_failed_for_as_long_as_it_had()
    {
        var id = (await Book.Add("bot", Url, WebhookEvents.All, default))!.Value.Webhook.Id;
        await Book.Note(id, Down, isGone: false, default);
        var since = (await Book.Find("bot", id, default))!.FailingSince;
        Assert.NotNull(since);
        Assert.Equal(since, (await Book.Add("bot", Url, WebhookEvents.All, default))!.Value.Webhook.FailingSince);

        await Book.Note(id, new(At, 410, "It answered 410."), isGone: true, default);
        var again = (await Book.Add("bot", Url, WebhookEvents.All, default))!.Value.Webhook;
        Assert.Equal((id, null, null, null), (again.Id, again.Disabled, again.DisabledBecause, again.FailingSince));
    }

    [Fact]
    public async Task A_client_has_ten_at_most_however_many_are_registered_at_once()
    {
        var added = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Book.Add("bot", $"{Url}/{i}", WebhookEvents.All, default)));
        Assert.Equal(IWebhookBook.MaxPerClient, added.Count(a => a is not null));
        Assert.Single(added, a => a?.Secret is not null);
        Assert.Equal(IWebhookBook.MaxPerClient, (await Book.List("bot", default)).Length);
        Assert.NotNull(await Book.Add("app", Url, WebhookEvents.All, default));
    }

    [Fact]
    public async Task A_webhook_is_found_removed_and_enabled_by_its_own_client_alone()
    {
        var id = (await Book.Add("bot", Url, WebhookEvents.All, default))!.Value.Webhook.Id;
        Assert.Null(await Book.Find("app", id, default));
        Assert.Null(await Book.Enable("app", id, default));
        Assert.False(await Book.Remove("app", id, default));
        Assert.True(await Book.Remove("bot", id, default));
        Assert.False(await Book.Remove("bot", id, default));
    }

    [Fact]
    public async Task A_410_disables_it_until_it_is_enabled()
    {
        var id = (await Book.Add("bot", Url, WebhookEvents.All, default))!.Value.Webhook.Id;
        Assert.Contains("410", await Book.Note(id, new(At, 410, "It answered 410."), isGone: true, default), StringComparison.Ordinal);
        Assert.Null(await Book.Note(id, new(At, 410, "It answered 410."), isGone: true, default)); // It is disabled already.

        var disabled = await Book.Find("bot", id, default);
        Assert.NotNull(disabled!.Disabled);
        Assert.Equal((410, "It answered 410."), (disabled.Last!.Status, disabled.Last.Trouble));
        var enabled = await Book.Enable("bot", id, default);
        Assert.Equal((null, null, null), (enabled!.Disabled, enabled.DisabledBecause, enabled.FailingSince));
    }

    [Fact]
    public async Task One_that_has_failed_for_five_days_without_a_success_is_disabled_and_says_since_when_and_why()
    {
        var id = (await Book.Add("bot", Url, WebhookEvents.All, default))!.Value.Webhook.Id;
        Assert.Null(await Book.Note(id, Down, isGone: false, default));
        await database.Run("update videogen.webhooks set failing_since = now() - interval '4 days 23 hours'");
        Assert.Null(await Book.Note(id, Down, isGone: false, default));
        await Book.Note(id, Heard, isGone: false, default);
        Assert.Null((await Book.Find("bot", id, default))!.FailingSince); // One success counts anew.
        Assert.NotNull((await Book.Find("bot", id, default))!.HeardAt);

        await Book.Note(id, Down, isGone: false, default);
        await database.Run("update videogen.webhooks set failing_since = now() - interval '5 days 1 second'");
        var because = await Book.Note(id, Down, isGone: false, default);
        Assert.Contains("has not heard anything since", because, StringComparison.Ordinal);
        Assert.Contains("It answered 500.", because, StringComparison.Ordinal);
        Assert.Equal(because, (await Book.Find("bot", id, default))!.DisabledBecause);
    }

    [Fact]
    public async Task A_rotated_secret_signs_along_for_as_long_as_was_said()
    {
        var first = (await Book.Rotate("bot", TimeSpan.FromHours(24), default)).Secret!;
        var second = await Book.Rotate("bot", TimeSpan.FromHours(1), default);
        Assert.Equal([second.Secret!, first], (await Book.Secrets("bot", default)).ToArray());
        Assert.InRange(second.OldUntil!.Value - new DateTimeOffset(await database.One<DateTime>("select now()")), TimeSpan.FromMinutes(59), TimeSpan.FromHours(1));

        var third = await Book.Rotate("bot", TimeSpan.Zero, default);
        Assert.Equal([third.Secret!], (await Book.Secrets("bot", default)).ToArray()); // Whatever was said before, of any of them.
        Assert.InRange(new DateTimeOffset(await database.One<DateTime>("select now()")) - third.OldUntil!.Value, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        Assert.Null((await Book.Add("bot", Url, WebhookEvents.All, default))!.Value.Secret);
    }

    [Fact]
    public async Task Five_secrets_sign_at_most_and_the_next_says_when_there_is_room_but_one_that_replaces_all_is_made()
    {
        var secrets = new List<string>();
        for (var i = 0; i < IWebhookBook.MaxSecrets; i++) secrets.Add((await Book.Rotate("bot", TimeSpan.FromHours(i + 1), default)).Secret!);
        var refused = await Book.Rotate("bot", TimeSpan.FromSeconds(1), default);
        Assert.Null(refused.Secret);
        Assert.InRange(refused.NextAt!.Value - new DateTimeOffset(await database.One<DateTime>("select now()")), TimeSpan.FromMinutes(119), TimeSpan.FromHours(2)); // The first was to sign for 2 h once the second was made.
        Assert.Equal(IWebhookBook.MaxSecrets, (await Book.Secrets("bot", default)).Length);

        var app = (await Book.Rotate("app", TimeSpan.Zero, default)).Secret!;
        var alone = await Book.Rotate("bot", TimeSpan.Zero, default);
        Assert.Equal([alone.Secret!], (await Book.Secrets("bot", default)).ToArray());
        Assert.Equal([app], (await Book.Secrets("app", default)).ToArray());
    }
}
