using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using VideoGen.Budgets;
using VideoGen.Gateway.Operator;
using VideoGen.Providers;
using VideoGen.Reports;

namespace VideoGen.Gateway.Tests;

/// <summary>What an operator sees of the whole: providers, sweeps, configuration.</summary>
public sealed class OperatorViewTests
{
    private static readonly DateTimeOffset At = new(2026, 11, 21, 11, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_provider_says_whether_it_lets_us_in_and_what_holds_it()
    {
        await using var door = await Door.Open();
        door.Grains.Provider.Looks = new("kling", "Its key is wrong.", At, new(BreakerState.Open, 6, At, At.AddSeconds(30)), 2, 1, 3, 10, 4, At.AddSeconds(5));
        door.Reconciles.Found.Add(new("paid", At, Lists: true, Marked: true, Paid: true, new(At.AddHours(-26), At, 7, 1), null, null));
        door.Reconciles.Found.Add(new("gone", At, Lists: false, Marked: false, Paid: true, null, null, "compare its bill"));
        await door.Pauses.Set(new(Scopes.Provider("paid"), PauseKind.Operator, "Nonsense.", At, null), default);
        await door.Pauses.Set(new(Scopes.Client("bot"), PauseKind.Operator, "Too much.", At, null), default);

        var answer = await door.Get("/api/admin/providers", OperatorTests.Key);

        Assert.Equal(["gone", "local", "paid"], answer.Json["providers"]!.AsArray().Select(p => (string)p!["account"]!));
        Assert.Contains("""
            {"account":"paid","type":"kling","models":["paid-1"],"lets_in":false,"trouble":"Its key is wrong.","looked_at":"2026-11-21T11:00:00+00:00","breaker":{"state":"open","failures":6,"since":"2026-11-21T11:00:00+00:00","until":"2026-11-21T11:00:30+00:00"},"slots":{"total":2,"used":1,"waiting":3,"submits_per_minute":10,"sent_in_this_minute":4},"quiet_until":"2026-11-21T11:00:05+00:00","pauses":[{"scope":"provider:paid","kind":"operator","reason":"Nonsense.","since":"2026-11-21T11:00:00+00:00","until":null}],"sweep":{"account":"paid","lists":true,"tried_at":"2026-11-21T11:00:00+00:00","swept_from":"2026-11-20T09:00:00+00:00","swept_at":"2026-11-21T11:00:00+00:00","found":7,"adopted":1,"trouble":null}}
            """, answer.Text, StringComparison.Ordinal);
        Assert.Empty(answer.Json["providers"]![1]!["pauses"]!.AsArray());
        Assert.Equal(["p-gone", "p-local", "p-paid"], door.Grains.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_pause_of_all_holds_each_provider_and_one_that_nobody_asks_lets_in_for_all_that_is_known()
    {
        await using var door = await Door.Open();
        await door.Pauses.Set(new(Scopes.Global, PauseKind.SpendBreaker, "Too fast.", At, At.AddHours(1)), default);

        var answer = await door.Get("/api/admin/providers", OperatorTests.Key);

        Assert.All(answer.Json["providers"]!.AsArray(), p => Assert.Equal((null, "closed", "spend_breaker"), (p!["lets_in"], (string)p["breaker"]!["state"]!, (string)p["pauses"]![0]!["kind"]!)));
    }

    [Fact]
    public async Task The_sweeps_run_now_and_say_what_they_found()
    {
        var sweeps = new ScriptedSweeps();
        await using var door = await Door.Open(services => services.AddSingleton<ISweeps>(sweeps));
        door.Reconciles.Found.Add(new("paid", At, Lists: true, Marked: true, Paid: true, new(At.AddHours(-26), At, 7, 1), null, null));

        var asked = door.Send(HttpMethod.Post, "/api/admin/sweep", null, OperatorTests.Key);
        await door.Time.Awaited(TimeSpan.FromSeconds(20));
        door.Time.Advance(TimeSpan.FromSeconds(20));
        var underWay = await asked;
        sweeps.Report.SetResult(new(At, new(3, 5), Accounts: true, new(1, 0)));
        var ended = await door.Send(HttpMethod.Post, "/api/admin/sweep", null, OperatorTests.Key);

        Assert.Equal((202, false), (underWay.Status, (bool)underWay.Json["ended"]!));
        Assert.Equal((200, true, 3, 5, 1), (ended.Status, (bool)ended.Json["ended"]!, (int)ended.Json["requests"]!["woken"]!, (int)ended.Json["requests"]!["owed"]!, (int)ended.Json["store"]!["removed"]!));
        Assert.Equal((7, 1), ((int)ended.Json["accounts"]![0]!["found"]!, (int)ended.Json["accounts"]![0]!["adopted"]!));
    }

    [Fact]
    public async Task A_sweep_that_another_is_at_says_nothing_and_a_host_without_grains_has_none()
    {
        var sweeps = new ScriptedSweeps();
        sweeps.Report.SetResult(new(At, null, Accounts: false, null));
        await using var door = await Door.Open(services => services.AddSingleton<ISweeps>(sweeps));
        await using var without = await Door.Open();

        var ended = await door.Send(HttpMethod.Post, "/api/admin/sweep", null, OperatorTests.Key);

        Assert.Equal((200, null, null, null), (ended.Status, ended.Json["requests"], ended.Json["accounts"], ended.Json["store"]));
        Assert.Equal((422, "no_sweeps_here"), await without.Send(HttpMethod.Post, "/api/admin/sweep", null, OperatorTests.Key) is var none ? (none.Status, (string)none.Json["code"]!) : default);
    }

    [Fact]
    public async Task Options_are_shown_by_name_with_where_they_come_from_and_only_what_is_known_to_be_harmless()
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("Quotas:VideosPerDay", "5"), new("Budgets:GlobalDailyUsd", "50"), new("Quotas:VidoesPerDay", "7"), new("Path", "/bin"), new("Github:Token", "secret-9")])
            .AddCommandLine(["--Budgets:GlobalDailyUsd=80", "--ConnectionStrings:VideoGen=Host=db;Password=secret-1", "--Operator:Webhook:Url=https://ann:secret-2@example.com/hook", "--Telemetry:Otlp:Endpoint=http://otel:4318?key=secret-3"])
            .Build();
        await using var door = await Door.Open(services => services.AddSingleton<IConfiguration>(configuration));

        var answer = await door.Get("/api/admin/configuration", OperatorTests.Key);

        Assert.Equal(
        [
            "Budgets:GlobalDailyUsd 80 False command_line", "ConnectionStrings:VideoGen  True command_line", "Operator:Webhook:Url  True command_line", "Quotas:VideosPerDay 5 False program",
            "Quotas:VidoesPerDay  True program", "Telemetry:Otlp:Endpoint  True command_line",
        ], answer.Json["options"]!.AsArray().Select(o => $"{o!["name"]} {o["value"]} {(bool)o["redacted"]!} {o["source"]}"));
        Assert.DoesNotContain("secret", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("/bin", answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Providers:Accounts:farm:BaseUrl", true)]
    [InlineData("providers__accounts__farm__baseurl", true)]
    [InlineData("Providers:Accounts:farm:ApiKey", false)]
    [InlineData("Providers:Accounts:farm:ApiKeyFile", true)]
    [InlineData("Providers:Accounts:farm:AccessKey", false)]
    [InlineData("Providers:Accounts:farm:WebhookSecret", false)]
    [InlineData("Providers:Accounts:farm", false)]
    [InlineData("Providers:Accounts:farm:BaseUrl:Key", false)]
    [InlineData("Operator:Webhook:Secret", false)]
    [InlineData("Operator:KeySha256", false)]
    [InlineData("Clients:bot:KeySha256", false)]
    [InlineData("Store:S3:SecretKey", false)]
    [InlineData("Store:S3:AccessKey", false)]
    [InlineData("Catalogue:Models:veo:Prices:0:From", true)]
    public void A_secret_is_not_harmless(string option, bool harmless) => Assert.Equal(harmless, SeenOptions.IsHarmless(option.Replace("__", ":", StringComparison.Ordinal)));

    [Theory]
    [InlineData("https://example.com/v1", true)]
    [InlineData("http://127.0.0.1:8080;http://[::1]:8080", true)]
    [InlineData("https://key@example.com", false)]
    [InlineData("http://127.0.0.1:8080;https://a:b@c", false)]
    [InlineData("https://example.com?key=1", false)]
    [InlineData("a@b", true)]
    public void Of_an_address_is_shown_what_has_no_secret_in_it(string value, bool shown) => Assert.Equal(shown ? value : null, SeenOptions.Shown(value));

    [Fact]
    public void A_key_that_got_into_another_option_is_not_shown() => Assert.Null(SeenOptions.Shown($"farm {new ScriptedKeys().Make("bot")}"));
}
