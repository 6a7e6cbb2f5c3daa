using System.Text;
using VideoGen.Access;

namespace VideoGen.Gateway.Tests;

/// <summary>Clients as an operator sees them, and how they get another plan.</summary>
public sealed class ClientRouteTests
{
    [Fact]
    public async Task The_list_says_which_plan_is_in_force_and_where_it_comes_from()
    {
        await using var door = await Door.Open(ClientKeyRouteTests.With(("Plans:pro:VideosPerDay", "50")));
        (door.Clients.Plans["bot"], door.Clients.Plans["web"], door.Clients.Plans["old"]) = ("pro", null, "gone");
        door.Clients.Configured.Add("app");

        var list = await Get(door, "");

        Assert.Equal(200, list.Status);
        Assert.Equal(
            ["app default - True", "bot pro - False", "old default gone False", "web default - False"],
            list.Json["clients"]!.AsArray().Select(c => $"{c!["client"]} {c["plan"]} {c["plan_missing"]?.ToString() ?? "-"} {(bool)c["by_configuration"]!}"));
        Assert.Contains("""{"client":"bot","plan":"pro","plan_missing":null,"by_configuration":false,"created_at":"2026-11-21T12:00:00+00:00","keys":0,"last_used_at":null}""", list.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_of_them_has_its_limits_money_videos_and_keys()
    {
        await using var door = await Door.Open(ClientKeyRouteTests.With(("Plans:pro:Models:0", "local")));
        await door.Clients.Create(new("bot", "vg_12345678", KeyOf("bot")), "pro", default);
        await door.Clients.Create(new("web", "vg_87654321", KeyOf("web")), null, default);

        var bot = await Get(door, "/bot");

        Assert.Equal((200, "bot", "pro", 1), (bot.Status, (string)bot.Json["client"]!["client"]!, (string)bot.Json["client"]!["plan"]!, (int)bot.Json["client"]!["keys"]!));
        Assert.Equal("""["local"]""", bot.Json["models"]!.ToJsonString());
        Assert.Contains("""
            "limits":{"videos_per_day":5,"cooldown_seconds":600,"user_daily_usd":2,"user_monthly_usd":null},"budgets":[{"scope":"client:bot","period":"2026-11-21","limit_usd":10,"reserved_usd":1.6,"spent_usd":3.2,"at_risk_usd":0.4,"remaining_usd":4.8},{"scope":"client:bot","period":"2026-11","limit_usd":null,"reserved_usd":1.6,"spent_usd":8,"at_risk_usd":0.4,"remaining_usd":null}],"videos":{"completed":5,"failed":2},"dead_lettered":1
            """, bot.Text, StringComparison.Ordinal);
        Assert.Equal(["vg_12345678"], bot.Json["keys"]!.AsArray().Select(k => (string)k!["prefix"]!));
        Assert.Null((await Get(door, "/web")).Json["models"]);
        Assert.Equal(["bot", "web"], door.Book.Clients);
        Assert.Equal(["l-bot/-", "l-web/-"], door.Grains.Keys);
    }

    [Fact]
    public async Task This_machine_without_keys_is_one_too_and_who_is_not_there_is_not()
    {
        await using var door = await Door.Open();

        Assert.Equal((200, "local"), (await Get(door, "/local") is var local ? local.Status : 0, (string)local.Json["client"]!["client"]!));
        Assert.Equal((404, "client_not_found"), (await Get(door, "/nobody") is var nobody ? nobody.Status : 0, (string)nobody.Json["code"]!));
        Assert.Equal((404, "client_not_found"), (await Put(door, "nobody", """{"plan":"default"}""") is var put ? put.Status : 0, (string)put.Json["code"]!));
        Assert.Equal(404, (await Put(door, "local", """{"plan":"default"}""")).Status);
    }

    [Fact]
    public async Task A_client_gets_another_plan()
    {
        await using var door = await Door.Open(ClientKeyRouteTests.With(("Plans:pro:VideosPerDay", "50")));
        door.Clients.Plans["bot"] = null;

        var changed = await Put(door, "bot", """{"plan":"pro"}""");

        Assert.Equal((200, "pro", "pro"), (changed.Status, (string)changed.Json["plan"]!, door.Clients.Plans["bot"]));
        Assert.Contains(door.Log, line => line.Contains("Client bot has plan pro from now on", StringComparison.Ordinal));
        Assert.Equal("default", (string)(await Put(door, "bot", """{"plan":"default"}""")).Json["plan"]!);
        Assert.Null(door.Clients.Plans["bot"]);
    }

    [Theory]
    [InlineData("{}", 400, "missing_required_parameter")]
    [InlineData("""{"plan":"gold"}""", 400, "invalid_value")]
    [InlineData("""{"plan":null}""", 400, "invalid_value")]
    [InlineData("""{"plan":["pro"]}""", 400, "invalid_value")]
    [InlineData("""{"plan":"pro","models":[]}""", 400, "unknown_parameter")]
    [InlineData("", 400, "malformed_json")]
    [InlineData("""{"plan":"pro"}""", 422, "client_configured")]
    public async Task What_cannot_be_meant_and_what_is_by_configuration_changes_nothing(string body, int status, string code)
    {
        await using var door = await Door.Open(ClientKeyRouteTests.With(("Plans:pro:VideosPerDay", "50")));
        door.Clients.Plans["bot"] = null;
        door.Clients.Configured.Add("bot");

        var refused = await Put(door, "bot", body);

        Assert.Equal((status, code), (refused.Status, (string)refused.Json["code"]!));
        Assert.Null(door.Clients.Plans["bot"]);
    }

    private static KeyHash KeyOf(string text) => OperatorKey.HashOf(text);

    private static Task<Answer> Get(Door door, string path) => door.Get($"/api/admin/clients{path}", OperatorTests.Key);

    private static Task<Answer> Put(Door door, string client, string body) =>
        door.Send(HttpMethod.Put, $"/api/admin/clients/{client}", new StringContent(body, Encoding.UTF8, "application/json"), OperatorTests.Key);
}
