using System.Globalization;
using System.Text;
using VideoGen.Access;
using VideoGen.Requests;
using VideoGen.Webhooks;

namespace VideoGen.Gateway.Tests;

/// <summary>Where a client wants to be told: each of its own, and each refusal with what to do.</summary>
public sealed class WebhookTests
{
    private const string Url = "https://example.com/videos?key=1";

    private static MemoryWebhooks.OfClient Mine(Door door) => door.Grains.Webhooks.Of(Owner.LocalClient);

    private static Task<Answer> Post(Door door, string path, string? json = null, params (string, string)[] headers) =>
        door.Send(HttpMethod.Post, path, json is null ? null : new StringContent(json, Encoding.UTF8, "application/json"), headers);

    [Fact]
    public async Task A_webhook_is_registered_listed_read_and_deleted_and_its_secret_is_shown_once()
    {
        await using var door = await Door.Open();

        var made = await Post(door, "/v1/webhooks", $$"""{"url":"{{Url}}","events":["video.failed"]}""");

        var id = (string)made.Json["id"]!;
        Assert.Equal((200, "webhook", Url, "enabled", "whsec_first"), (made.Status, (string)made.Json["object"]!, (string)made.Json["url"]!, (string)made.Json["status"]!, (string)made.Json["secret"]!));
        Assert.Equal("""["video.failed"]""", made.Json["events"]!.ToJsonString());
        Assert.Equal(1, door.Grains.Webhooks.Looks); // What is asked for from now on is told there.
        var listed = await door.Get("/v1/webhooks");
        Assert.Equal(("list", id), ((string)listed.Json["object"]!, (string)listed.Json["data"]![0]!["id"]!));
        Assert.Equal(id, (string)(await door.Get($"/v1/webhooks/{id}")).Json["id"]!);
        Assert.DoesNotContain("whsec", listed.Text + (await door.Get($"/v1/webhooks/{id}")).Text, StringComparison.Ordinal);

        var deleted = await door.Send(HttpMethod.Delete, $"/v1/webhooks/{id}");
        Assert.Equal((200, true), (deleted.Status, (bool)deleted.Json["deleted"]!));
        Assert.Equal((404, "webhook_not_found"), await door.Get($"/v1/webhooks/{id}") is var gone ? (gone.Status, gone.Code) : default);
        Assert.DoesNotContain(door.Log, line => line.Contains("whsec", StringComparison.Ordinal) || line.Contains("key=1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_no_events_are_named_all_are_meant()
    {
        await using var door = await Door.Open();
        Assert.Equal("""["video.completed","video.failed"]""", (await Post(door, "/v1/webhooks", $$"""{"url":"{{Url}}"}""")).Json["events"]!.ToJsonString());
    }

    [Fact]
    public async Task What_became_of_the_last_try_is_said_and_a_disabled_one_is_taken_into_use_again()
    {
        await using var door = await Door.Open();
        await Post(door, "/v1/webhooks", $$"""{"url":"{{Url}}"}""");
        var row = Mine(door).Rows[0];
        Mine(door).Rows[0] = row with { Disabled = MemoryWebhooks.At, DisabledBecause = "It answered 410.", Last = new(MemoryWebhooks.At, 410, "It answered 410."), FailingSince = MemoryWebhooks.At };

        var disabled = (await door.Get($"/v1/webhooks/{row.Id}")).Json;

        Assert.Equal(("disabled", "It answered 410.", 410), ((string)disabled["status"]!, (string)disabled["disabled_because"]!, (int)disabled["last_status"]!));
        Assert.Equal("enabled", (string)(await Post(door, $"/v1/webhooks/{row.Id}/enable")).Json["status"]!);
    }

    [Theory]
    [InlineData(200, null, true)]
    [InlineData(302, "It answered 302: redirects are not followed.", false)]
    public async Task A_ping_is_answered_with_what_came_back(int status, string? trouble, bool heard)
    {
        await using var door = await Door.Open();
        await Post(door, "/v1/webhooks", $$"""{"url":"{{Url}}"}""");
        Mine(door).Tried = new(MemoryWebhooks.At, status, trouble);

        var ping = await Post(door, $"/v1/webhooks/{Mine(door).Rows[0].Id}/ping");

        Assert.Equal((200, heard, status, trouble), (ping.Status, (bool)ping.Json["heard"]!, (int)ping.Json["status"]!, (string?)ping.Json["trouble"]));
    }

    [Theory]
    [InlineData(null, 86_400)]
    [InlineData("{}", 86_400)]
    [InlineData("""{"keep_for":0}""", 0)]
    [InlineData("""{"keep_for":604800}""", 604_800)]
    public async Task A_secret_is_rotated_and_the_old_one_signs_along_for_as_long_as_is_said(string? body, int seconds)
    {
        await using var door = await Door.Open();

        var rotated = await Post(door, "/v1/webhooks/secret/rotate", body);

        Assert.Equal((200, "whsec_new", MemoryWebhooks.At.ToUnixTimeSeconds()), (rotated.Status, (string)rotated.Json["secret"]!, (long)rotated.Json["old_until"]!));
        Assert.Equal(TimeSpan.FromSeconds(seconds), Assert.Single(Mine(door).Rotations));
    }

    [Theory]
    [InlineData("/v1/webhooks", "{}", 400, "missing_required_parameter", "url")]
    [InlineData("/v1/webhooks", """{"url":7}""", 400, "invalid_type", "url")]
    [InlineData("/v1/webhooks", """{"url":"https://a/","events":[]}""", 400, "invalid_value", "events")]
    [InlineData("/v1/webhooks", """{"url":"https://a/","events":"video.completed"}""", 400, "invalid_value", "events")]
    [InlineData("/v1/webhooks", """{"url":"https://a/","events":["video.started"]}""", 400, "invalid_value", "events")]
    [InlineData("/v1/webhooks", """{"url":"https://a/","secret":"mine"}""", 400, "unknown_parameter", null)]
    [InlineData("/v1/webhooks", """{"url":"https://a/","url":"https://b/"}""", 400, "duplicate_parameter", "url")]
    [InlineData("/v1/webhooks", "[]", 400, "malformed_json", null)]
    [InlineData("/v1/webhooks", "{", 400, "malformed_json", null)]
    [InlineData("/v1/webhooks/secret/rotate", """{"keep_for":604801}""", 400, "invalid_value", "keep_for")]
    [InlineData("/v1/webhooks/secret/rotate", """{"keep_for":-1}""", 400, "invalid_value", "keep_for")]
    [InlineData("/v1/webhooks/secret/rotate", """{"keep_for":"1"}""", 400, "invalid_value", "keep_for")]
    [InlineData("/v1/webhooks/wh_nobody/ping", """{"now":true}""", 400, "unknown_parameter", null)]
    [InlineData("/v1/webhooks/wh_nobody/ping", null, 404, "webhook_not_found", "webhook_id")]
    [InlineData("/v1/webhooks/wh_nobody/enable", null, 404, "webhook_not_found", "webhook_id")]
    [InlineData("/v1/videos/video_v-nobody_1/webhooks/redeliver", null, 404, "video_not_found", "video_id")]
    public async Task What_is_wrong_is_said_with_its_field_and_nothing_is_done(string path, string? body, int status, string code, string? param)
    {
        await using var door = await Door.Open();

        var answer = await Post(door, path, body);

        Assert.Equal((status, code, param, "false"), (answer.Status, answer.Code, (string?)answer.Error["param"], answer.Header("x-should-retry")));
        Assert.Empty(Mine(door).Rows);
        Assert.Empty(Mine(door).Rotations);
    }

    [Fact]
    public async Task An_address_that_is_none_a_webhook_too_many_and_a_secret_too_many_say_what_to_do()
    {
        await using var door = await Door.Open();
        Mine(door).Wrong = "must begin with https://.";
        var wrong = await Post(door, "/v1/webhooks", """{"url":"ftp://a/"}""");
        Assert.Equal((400, "invalid_value", "'url' must begin with https://."), (wrong.Status, wrong.Code, wrong.Message));

        Mine(door).Wrong = null;
        for (var i = 0; i < IWebhookBook.MaxPerClient; i++) await Post(door, "/v1/webhooks", string.Create(CultureInfo.InvariantCulture, $"{{\"url\":\"https://{i}.example/\"}}"));
        var full = await Post(door, "/v1/webhooks", """{"url":"https://a/"}""");
        Assert.Equal((422, "too_many_webhooks"), (full.Status, full.Code));
        Assert.Contains("10 webhooks", full.Message, StringComparison.Ordinal);

        Mine(door).Rotated = new(Secret: null, OldUntil: null, NextAt: door.Time.GetUtcNow().AddHours(3));
        var secrets = await Post(door, "/v1/webhooks/secret/rotate");
        Assert.Equal((422, "too_many_secrets"), (secrets.Status, secrets.Code));
        Assert.Equal(door.Time.GetUtcNow().AddHours(3).ToUnixTimeSeconds(), (long)secrets.Error["retry_at"]!);
    }

    [Fact]
    public async Task Another_clients_webhook_is_not_there_and_all_keys_of_a_client_see_the_same()
    {
        await using var door = await Door.Open();
        var (bot, twin, other) = (door.Keys.Make("bot"), door.Keys.Make("bot"), door.Keys.Make("app"));
        (string, string) As(string key) => ("Authorization", $"Bearer {key}");
        var id = (string)(await Post(door, "/v1/webhooks", $$"""{"url":"{{Url}}"}""", As(bot))).Json["id"]!;

        Assert.Equal(200, (await door.Get($"/v1/webhooks/{id}", As(twin))).Status);
        foreach (var answer in (Answer[])
        [
            await door.Get($"/v1/webhooks/{id}", As(other)),
            await door.Send(HttpMethod.Delete, $"/v1/webhooks/{id}", null, As(other)),
            await Post(door, $"/v1/webhooks/{id}/ping", null, As(other)),
            await Post(door, $"/v1/webhooks/{id}/enable", null, As(other)),
        ])
        {
            Assert.Equal((404, "webhook_not_found"), (answer.Status, answer.Code));
        }

        Assert.Equal("[]", (await door.Get("/v1/webhooks", As(other))).Json["data"]!.ToJsonString());
        Assert.Equal(401, (await door.Get("/v1/webhooks")).Status);
        Assert.Single(door.Grains.Webhooks.Of("bot").Rows);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    public async Task A_page_of_another_origin_changes_nothing_without_asking_first(string contentType)
    {
        await using var door = await Door.Open();
        using var form = new StringContent($$"""{"url":"{{Url}}"}""", Encoding.UTF8, contentType);
        Assert.Equal((415, "unsupported_media_type"), await door.Send(HttpMethod.Post, "/v1/webhooks", form) is var register ? (register.Status, register.Code) : default);
        Assert.Equal(415, (await Post(door, "/v1/webhooks/secret/rotate", null, ("Origin", "https://evil.example"))).Status);
        Assert.Empty(Mine(door).Rows);
        Assert.Empty(Mine(door).Rotations);
    }

    [Fact]
    public async Task An_ask_says_whether_its_client_has_webhooks_and_which_address_it_names()
    {
        await using var door = await Door.Open();
        door.Grain.OnAsk = _ => Task.FromResult<AskAnswer>(new AskAnswer.Accepted(Views.Queued, Dedup.New));
        await door.Post("""{"prompt":"A cat on a roof"}""");
        await Post(door, "/v1/webhooks", $$"""{"url":"{{Url}}"}""");
        await door.Post($$"""{"prompt":"A cat on a roof","webhook_url":"{{Url}}"}""");

        Assert.Equal([(false, null), (true, Url)], door.Grain.Asks.Select(ask => (ask.HasWebhooks, ask.WebhookUrl)));
    }

    [Fact]
    public async Task The_address_is_part_of_what_an_idempotency_key_stands_for_and_keys_without_one_stay_as_they_were()
    {
        await using var door = await Door.Open();
        door.Grain.OnAsk = _ => Task.FromResult<AskAnswer>(new AskAnswer.Accepted(Views.Queued, Dedup.New));
        foreach (var more in (string[])["", $",\"webhook_url\":\"{Url}\"", ",\"webhook_url\":\"https://other.example/\""])
        {
            await Post(door, "/v1/videos", $$"""{"prompt":"A cat on a roof"{{more}}}""", ("Idempotency-Key", "k"));
        }

        Assert.Equal(3, door.Idempotency.Fingerprints.Distinct(StringComparer.Ordinal).Count());
        // As released versions have written it.
        Assert.Equal("be339e9f4bbc5ec55897d3b5c4f13ee9463253271a2f43a1aeea8c2af48ce289", door.Idempotency.Fingerprints.First());
    }

    [Theory]
    [InlineData(Codes.WebhookUrlRefused)]
    [InlineData(Codes.WebhookSecretMissing)]
    public async Task An_address_that_cannot_be_told_refuses_the_ask(string code)
    {
        await using var door = await Door.Open();
        door.Grain.OnAsk = _ => Task.FromResult<AskAnswer>(new AskAnswer.Refused(new(code, "Why, and what to do.")));
        var answer = await door.Post($$"""{"prompt":"A cat on a roof","webhook_url":"{{Url}}"}""");
        Assert.Equal((422, code, "webhook_url", "Why, and what to do."), (answer.Status, answer.Code, (string)answer.Error["param"]!, answer.Message));
        Assert.Equal((400, "invalid_type"), await door.Post("""{"prompt":"A cat on a roof","webhook_url":null}""") is var none ? (none.Status, none.Code) : default);
    }

    [Fact]
    public async Task Who_names_an_address_too_many_gets_the_video_and_is_told_so()
    {
        await using var door = await Door.Open();
        door.Grain.OnAsk = _ => Task.FromResult<AskAnswer>(new AskAnswer.Accepted(Views.Queued, Dedup.Joined) { WebhookLeftOut = true });
        var answer = await door.Post($$"""{"prompt":"A cat on a roof","webhook_url":"{{Url}}"}""");
        Assert.Equal((200, "left_out"), (answer.Status, answer.Header("VideoGen-Webhook")));
    }

    [Theory]
    [InlineData(TellAgainAnswer.Telling, 202, null)]
    [InlineData(TellAgainAnswer.NotEnded, 422, "video_not_ended")]
    [InlineData(TellAgainAnswer.Nobody, 422, "nobody_to_tell")]
    [InlineData(TellAgainAnswer.Unknown, 404, "video_not_found")]
    public async Task An_ending_is_told_again_or_it_is_said_why_not(TellAgainAnswer said, int status, string? code)
    {
        await using var door = await Door.Open();
        await Post(door, "/v1/webhooks", $$"""{"url":"{{Url}}"}""");
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(Views.Completed);
        var asked = new List<(int, bool)>();
        door.Grain.OnTellAgain = (round, hasWebhooks) =>
        {
            asked.Add((round, hasWebhooks));
            return Task.FromResult(said);
        };

        var answer = await Post(door, $"/v1/videos/{Views.Id}/webhooks/redeliver");

        Assert.Equal((status, code), (answer.Status, status == 202 ? null : answer.Code));
        Assert.Equal([(1, true)], asked);
    }
}
