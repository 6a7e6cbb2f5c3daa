using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using VideoGen.Access;
using VideoGen.Gateway.Access;

namespace VideoGen.Gateway.Tests;

/// <summary>Keys as an operator makes, lists, rotates and revokes them over HTTP.</summary>
public sealed class ClientKeyRouteTests
{
    [Fact]
    public async Task A_key_is_made_and_shown_this_once()
    {
        await using var door = await Door.Open(With(("Plans:pro:VideosPerDay", "50")));

        var made = await Post(door, "", """{"client":"bot","scopes":["admin","read"],"name":"Grafana","plan":"pro"}""");

        Assert.Equal(201, made.Status);
        var key = (string)made.Json["key"]!;
        Assert.True(ApiKey.TryParse(key, out var parsed));
        Assert.Equal(parsed.Hash, door.Clients.HashOf(1));
        Assert.Contains(
            $$"""{"id":1,"prefix":"{{parsed.Prefix}}","client":"bot","plan":"pro","name":"Grafana","scopes":["read","admin"],"state":"in_force","created_at":"2026-11-21T12:00:00+00:00","last_used_at":null,"expires_at":null,"rotated_to":null,"revoked_at":null}""",
            made.Text,
            StringComparison.Ordinal);
        Assert.Null(made.Json["rotated"]);

        var list = await door.Get("/api/admin/keys", OperatorTests.Key);
        Assert.Equal((200, false), (list.Status, (bool)list.Json["more"]!));
        Assert.Equal(made.Json["made"]!.ToJsonString(), Assert.Single(list.Json["keys"]!.AsArray())!.ToJsonString());
        Assert.DoesNotContain(key[11..], list.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(parsed.Hash.ToString(), list.Text, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(door.Log, line => line.Contains("Made key 1 of client bot: read,admin", StringComparison.Ordinal));
        Assert.DoesNotContain(door.Log, line => line.Contains(key[11..], StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_more_words_it_may_ask_and_see_has_no_name_and_leaves_the_plan()
    {
        await using var door = await Door.Open();
        door.Clients.Plans["bot"] = "pro";

        var made = (await Post(door, "", """{"client":"bot"}""")).Json["made"]!;

        Assert.Equal("""["generate","read"]""", made["scopes"]!.ToJsonString());
        Assert.Equal((null, "pro"), ((string?)made["name"], (string)made["plan"]!));
    }

    [Theory]
    [InlineData("""{}""", "missing_required_parameter", "client")]
    [InlineData("""{"client":"local"}""", "invalid_value", "client")]
    [InlineData("""{"client":"My Bot"}""", "invalid_value", "client")]
    [InlineData("""{"client":7}""", "invalid_value", "client")]
    [InlineData("""{"client":"bot","scopes":[]}""", "invalid_value", "scopes")]
    [InlineData("""{"client":"bot","scopes":"read"}""", "invalid_value", "scopes")]
    [InlineData("""{"client":"bot","scopes":["read","read"]}""", "invalid_value", "scopes")]
    [InlineData("""{"client":"bot","scopes":["write"]}""", "invalid_value", "scopes")]
    [InlineData("""{"client":"bot","scopes":["read",7]}""", "invalid_value", "scopes")]
    [InlineData("""{"client":"bot","name":""}""", "invalid_value", "name")]
    [InlineData("""{"client":"bot","name":"a\nb"}""", "invalid_value", "name")]
    [InlineData("""{"client":"bot","plan":"gold"}""", "invalid_value", "plan")]
    [InlineData("""{"client":"bot","plan":null}""", "invalid_value", "plan")]
    [InlineData("""{"client":"bot","user":"ann"}""", "unknown_parameter", null)]
    [InlineData("""{"client":"bot","client":"web"}""", "duplicate_parameter", "client")]
    [InlineData("""["bot"]""", "malformed_json", null)]
    [InlineData("", "malformed_json", null)]
    public async Task What_cannot_be_meant_is_said_and_makes_no_key(string body, string code, string? param)
    {
        await using var door = await Door.Open(With(("Plans:pro:VideosPerDay", "50")));

        var refused = await Post(door, "", body);

        Assert.Equal((400, code, param), (refused.Status, (string)refused.Json["code"]!, (string?)refused.Json["param"]));
        Assert.Empty(door.Clients.Stored);
    }

    [Fact]
    public async Task A_name_has_64_characters_at_most_and_the_plans_that_there_are_are_named()
    {
        await using var door = await Door.Open(With(("Plans:pro:VideosPerDay", "50"), ("Plans:fast:Cooldown", "00:00:00")));

        Assert.Equal(201, (await Post(door, "", $$"""{"client":"bot","name":"{{new string('n', 64)}}"}""")).Status);
        Assert.Equal(400, (await Post(door, "", $$"""{"client":"bot","name":"{{new string('n', 65)}}"}""")).Status);
        Assert.EndsWith("plans that are configured: fast, pro, default.", (string)(await Post(door, "", """{"client":"bot","plan":"gold"}""")).Json["detail"]!, StringComparison.Ordinal);
        Assert.Equal(201, (await Post(door, "", """{"client":"bot","plan":"default"}""")).Status);
    }

    [Fact]
    public async Task The_plan_of_a_client_by_configuration_is_changed_there_alone()
    {
        await using var door = await Door.Open(With(("Plans:pro:VideosPerDay", "50")));
        door.Clients.Configured.Add("bot");

        var refused = await Post(door, "", """{"client":"bot","plan":"pro"}""");

        Assert.Equal((422, "client_configured"), (refused.Status, (string)refused.Json["code"]!));
        Assert.Contains("Clients:bot:Plan", (string)refused.Json["detail"]!, StringComparison.Ordinal);
        Assert.Empty(door.Clients.Stored);
        Assert.Equal(201, (await Post(door, "", """{"client":"bot"}""")).Status);
    }

    [Fact]
    public async Task A_rotated_key_stays_for_a_day_unless_it_is_said_otherwise()
    {
        await using var door = await Door.Open();
        await Post(door, "", """{"client":"bot","scopes":["read"],"name":"App"}""");
        await Post(door, "", """{"client":"web"}""");

        var rotated = await Post(door, "/1/rotate", "");
        var now = await Post(door, $"/{door.Clients.Stored[1].Prefix}/rotate", """{"keep_for":0}""");

        Assert.Equal((201, 201), (rotated.Status, now.Status));
        Assert.True(ApiKey.TryParse((string)rotated.Json["key"]!, out var key));
        var (made, old) = (rotated.Json["made"]!, rotated.Json["rotated"]!);
        Assert.Equal(("bot", "App", """["read"]""", "in_force", key.Prefix), ((string)made["client"]!, (string)made["name"]!, made["scopes"]!.ToJsonString(), (string)made["state"]!, (string)made["prefix"]!));
        Assert.Equal((1, "expiring", "2026-11-22T12:00:00+00:00", key.Prefix), ((int)old["id"]!, (string)old["state"]!, (string)old["expires_at"]!, (string)old["rotated_to"]!));
        Assert.Equal("expired", (string)now.Json["rotated"]!["state"]!);
        Assert.Equal(2, (await door.Get("/api/admin/keys?client=bot", OperatorTests.Key)).Json["keys"]!.AsArray().Count);
    }

    [Theory]
    [InlineData("""{"keep_for":-1}""")]
    [InlineData("""{"keep_for":2592001}""")]
    [InlineData("""{"keep_for":"24h"}""")]
    [InlineData("""{"keep_for":1.5}""")]
    [InlineData("""{"keep_for":null}""")]
    public async Task It_is_kept_for_whole_seconds_up_to_30_days(string body)
    {
        await using var door = await Door.Open();
        await Post(door, "", """{"client":"bot"}""");

        var refused = await Post(door, "/1/rotate", body);

        Assert.Equal((400, "keep_for"), (refused.Status, (string)refused.Json["param"]!));
        Assert.Single(door.Clients.Stored);
        Assert.Equal(201, (await Post(door, "/1/rotate", """{"keep_for":2592000}""")).Status);
    }

    [Fact]
    public async Task What_is_not_there_or_over_is_not_rotated_and_it_is_said_why()
    {
        await using var door = await Door.Open();
        await Post(door, "", """{"client":"bot"}""");
        Assert.Equal((404, "key_not_found"), Said(await Post(door, "/9/rotate", "")));
        Assert.Equal((404, "key_not_found"), Said(await Post(door, "/vg_nothing/revoke", "")));

        await Post(door, "/1/rotate", "");
        var twice = await Post(door, "/1/rotate", "");
        Assert.Equal((422, "key_not_rotated"), Said(twice));
        Assert.Contains($"Rotate {door.Clients.Stored[1].Prefix}.", (string)twice.Json["detail"]!, StringComparison.Ordinal);
        await Post(door, "/2/revoke", "");
        var revoked = await Post(door, "/2/rotate", "");
        Assert.Equal((422, "key_not_rotated"), Said(revoked));
        Assert.Contains("was revoked at 2026-11-21 12:00:00Z", (string)revoked.Json["detail"]!, StringComparison.Ordinal);
        Assert.Equal(2, door.Clients.Stored.Count);
    }

    [Fact]
    public async Task A_key_is_revoked_by_number_by_prefix_or_by_the_whole_of_it_and_twice_is_once()
    {
        await using var door = await Door.Open();
        var key = (string)(await Post(door, "", """{"client":"bot"}""")).Json["key"]!;

        var first = await Post(door, $"/{key}/revoke", "");
        var second = await Post(door, "/1/revoke", "{}");

        Assert.Equal((200, "revoked"), (first.Status, (string)first.Json["state"]!));
        Assert.Equal(first.Text, second.Text);
        Assert.DoesNotContain(door.Log, line => line.StartsWith("VideoGen.", StringComparison.Ordinal) && line.Contains(key[11..], StringComparison.Ordinal));
    }

    [Fact]
    public async Task There_is_a_bound()
    {
        await using var door = await Door.Open();
        door.Clients.Most = 1;
        await Post(door, "", """{"client":"bot"}""");

        Assert.Equal((422, "too_many_keys"), Said(await Post(door, "", """{"client":"bot"}""")));
        Assert.Equal((422, "too_many_keys"), Said(await Post(door, "/1/rotate", "")));
    }

    [Theory]
    [InlineData("?client=local")]
    [InlineData("?client=")]
    [InlineData("?client=My%20Bot")]
    public async Task Keys_are_listed_of_a_client_that_can_be_one(string query)
    {
        await using var door = await Door.Open();
        Assert.Equal((400, "invalid_value"), Said(await door.Get($"/api/admin/keys{query}", OperatorTests.Key)));
    }

    internal static Action<IServiceCollection> With(params (string Name, string Value)[] settings) => services =>
    {
        // It takes the place of the configuration that says where to listen.
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings.Append((Name: "urls", Value: "http://127.0.0.1:0")).Select(s => KeyValuePair.Create(s.Name, (string?)s.Value))).Build();
        services.AddSingleton<IConfiguration>(configuration);
        services.AddPlans(configuration);
    };

    private static (int, string) Said(Answer answer) => (answer.Status, (string)answer.Json["code"]!);

    private static Task<Answer> Post(Door door, string path, string body) =>
        door.Send(HttpMethod.Post, $"/api/admin/keys{path}", new StringContent(body, Encoding.UTF8, "application/json"), OperatorTests.Key);
}
