using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using VideoGen.Silo.Tests.Providers;

namespace VideoGen.Silo.Tests.Hosting;

/// <summary>The real host, whose settings change while it runs.</summary>
public sealed class SettingsHostTests(FakeProvider fake) : OnHostFolder, IClassFixture<FakeProvider>
{
    private string File => Path.Combine(Folder, "settings.json");

    [Fact]
    public async Task Accounts_models_and_limits_change_while_it_runs_and_what_could_not_be_started_with_changes_nothing()
    {
        Write(Settings("here", "near", 0.10m));
        await using var host = await Start();
        var running = await Asked(host, "near", "A slow red boat takes:6000");
        await Eventually.Holds("the first account has the job", () => fake.Log.Any(line => line.TryGetProperty("made", out _)));

        // An account and its model come, and the account with the job goes.
        var changed = Settings("there", "far", 0.20m);
        Write(changed);
        await Eventually.Holds("the new settings are in force", () => host.Output.Any(line => line.Contains("Settings have changed and are in force", StringComparison.Ordinal)));
        Assert.Equal("completed", (await host.Ended(running)).GetProperty("status").GetString());
        Assert.Equal("completed", (await host.Ended(await Asked(host, "far", "A red boat"))).GetProperty("status").GetString());
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await Answer(host, "near", "A red boat")).Status);
        changed["Budgets"] = new JsonObject { ["GlobalDailyUsd"] = 0.15 };
        Write(changed);
        await Eventually.Holds("the cap is in force", () => host.Output.Any(line => line.Contains("are in force: Budgets:GlobalDailyUsd", StringComparison.Ordinal)));
        Assert.Equal(HttpStatusCode.PaymentRequired, (await Answer(host, "far", "A green boat")).Status);

        // More money would be let through, and a model leads to an account that there is not: nothing of it counts.
        changed["Budgets"]!["GlobalDailyUsd"] = 50;
        changed["Catalogue"]!["Models"]!["far"]!["Provider"] = "nowhere";
        Write(changed);
        await Eventually.Holds("the settings are refused", () => Refusals(host).Any(line => line.Contains("Catalogue:Models:far:Provider is ", StringComparison.Ordinal)));
        Assert.Equal(HttpStatusCode.PaymentRequired, (await Answer(host, "far", "A yellow boat")).Status);

        // In the middle of being written, and gone.
        System.IO.File.WriteAllText(File, "{\"Budgets\":");
        await Eventually.Holds("half a file is refused", () => Refusals(host).Any(line => line.Contains("no JSON", StringComparison.Ordinal)));
        System.IO.File.Delete(File);
        await Eventually.Holds("no file is refused", () => Refusals(host).Any(line => line.Contains("There are no settings in", StringComparison.Ordinal)));
        Assert.Equal(HttpStatusCode.PaymentRequired, (await Answer(host, "far", "A brown boat")).Status);

        // Mended; and of what takes a restart it is said so.
        changed["Catalogue"]!["Models"]!["far"]!["Provider"] = "there";
        changed["Gateway"] = new JsonObject { ["MetricsOpen"] = true };
        Write(changed);
        await Eventually.Holds("a restart is asked for", () => host.Output.Any(line => line.Contains("take effect at the next start: Gateway:MetricsOpen", StringComparison.Ordinal)));
        Assert.Equal(HttpStatusCode.OK, (await Answer(host, "far", "A white boat")).Status);
        Assert.DoesNotContain(host.Output, line => line.Contains(FakeProvider.Keys, StringComparison.Ordinal));
        Assert.Equal(0, await host.Stop());
    }

    [Theory]
    [InlineData("{\"Budgets\":", "are no JSON of options")]
    [InlineData("{\"Budgets\":{\"GlobalDailyUsd\":-1}}", "GlobalDailyUsd")]
    [InlineData("{\"Catalogue\":{\"DefaultModel\":\"nope\"}}", "Catalogue:DefaultModel must be one of: local.")]
    public async Task Settings_that_cannot_be_used_are_refused_at_the_start_in_a_sentence(string settings, string sentence)
    {
        System.IO.File.WriteAllText(File, settings);
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => Start());
        Assert.Contains(sentence, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", refused.Message, StringComparison.Ordinal); // No stack.
    }

    [Fact]
    public async Task The_environment_goes_before_the_file_and_a_file_that_is_named_must_be_there()
    {
        var named = Path.Combine(Folder, "named.json");
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => Start(("VIDEOGEN_SETTINGS", named)));
        Assert.Contains($"There are no settings in '{named}'", refused.Message, StringComparison.Ordinal);

        Write(Settings("here", "near", 0.10m), named);
        await using var host = await Start(("VIDEOGEN_SETTINGS", named), ("Budgets__GlobalDailyUsd", "0.05"));
        Assert.Equal(HttpStatusCode.PaymentRequired, (await Answer(host, "near", "A red boat")).Status);
        Assert.Equal(0, await host.Stop());
    }

    private JsonObject Settings(string account, string model, decimal usd) => new()
    {
        ["Quotas"] = new JsonObject { ["Cooldown"] = "00:00:00", ["VideosPerDay"] = 100 },
        ["Providers"] = new JsonObject { ["Accounts"] = new JsonObject { [account] = new JsonObject { ["Type"] = "openai_videos", ["BaseUrl"] = $"{fake.Address}/v1", ["ApiKey"] = Providers.Account.NewKey() } } },
        ["Catalogue"] = new JsonObject
        {
            ["Models"] = new JsonObject
            {
                [model] = new JsonObject { ["Provider"] = account, ["UsdPerSecond"] = usd, ["Sizes"] = new JsonArray("320x180"), ["Seconds"] = new JsonArray(1) },
            },
        },
    };

    private void Write(JsonObject settings, string? file = null) => System.IO.File.WriteAllText(file ?? File, settings.ToJsonString());

    private static IEnumerable<string> Refusals(RunningHost host) => host.Output.Where(line => line.Contains("are not taken over", StringComparison.Ordinal));

    private static async Task<string> Asked(RunningHost host, string model, string prompt)
    {
        var (status, body) = await Answer(host, model, prompt);
        Assert.True(status == HttpStatusCode.OK, body.ToString());
        return body.GetProperty("id").GetString()!;
    }

    private static async Task<(HttpStatusCode Status, JsonElement Body)> Answer(RunningHost host, string model, string prompt)
    {
        var (answer, body) = await host.Ask(new { prompt, model, user = "alice" });
        using (answer) return (answer.StatusCode, body);
    }
}
