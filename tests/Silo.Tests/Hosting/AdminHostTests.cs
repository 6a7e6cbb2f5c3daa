using System.Net;
using System.Net.Http.Headers;
using System.Reflection;
using System.Text.Json;
using VideoGen.Access;
using VideoGen.Gateway;
using VideoGen.Gateway.Access;
using VideoGen.Gateway.Catalogue;
using VideoGen.Gateway.Operator;
using VideoGen.Gateway.Telemetry;
using VideoGen.Grains.Budgets;
using VideoGen.Grains.Quotas;
using VideoGen.Grains.Requests;
using VideoGen.Silo.Media;
using VideoGen.Silo.Operator;
using VideoGen.Silo.Providers.Http;
using VideoGen.Silo.Providers.Local;
using VideoGen.Silo.Requests;
using VideoGen.Silo.Tests.Providers;
using VideoGen.Storage.Access;
using VideoGen.Storage.Files;
using VideoGen.Storage.S3;

namespace VideoGen.Silo.Tests.Hosting;

/// <summary>What the operator sees and does at the real host.</summary>
public sealed class AdminHostTests : OnHostFolder
{
    /// <summary>Every option whose value is somebody's secret, or names it.</summary>
    private static readonly string[] Secrets =
    [
        "Clients:*:KeySha256", "ConnectionStrings:VideoGen", "Operator:KeySha256", "Operator:Webhook:Secret", "Providers:Accounts:*:AccessKey", "Providers:Accounts:*:ApiKey",
        "Providers:Accounts:*:WebhookSecret", "Store:S3:AccessKey", "Store:S3:SecretKey",
    ];

    [Fact]
    public async Task Everybodys_videos_are_found_seen_whole_and_loaded_and_all_is_in_the_overview()
    {
        await using var host = await Start(("Providers__Local__UsdPerSecond", "0.80"), ("Quotas__Cooldown", "00:00:00"), ("Providers__Local__FailWords__broken", "failed_charged"));
        var made = await host.Accepted("A cat on a roof");
        var failed = await host.Accepted("A broken boat");
        await host.Ended(made);
        await host.Ended(failed);

        Assert.Equal([failed, made], Ids(await host.AsOperator(HttpMethod.Get, "requests")));
        Assert.Equal([made], Ids(await host.AsOperator(HttpMethod.Get, "requests?status=completed&client=local&model=local&account=local&charged=yes&prompt=CAT")));
        Assert.Equal([failed], Ids(await host.AsOperator(HttpMethod.Get, "requests?status=failed")));
        var page = await host.AsOperator(HttpMethod.Get, "requests?limit=1");
        Assert.Equal([made], Ids(await host.AsOperator(HttpMethod.Get, $"requests?limit=1&before={page.GetProperty("next").GetString()}")));

        var detail = await host.AsOperator(HttpMethod.Get, $"requests/{made}");
        Assert.Equal("a cat on a roof", detail.GetProperty("history").GetProperty("prompt").GetString(), ignoreCase: true);
        Assert.Equal("spent", detail.GetProperty("history").GetProperty("money")[0].GetProperty("state").GetString());
        Assert.True(detail.GetProperty("decision").GetProperty("steps").GetArrayLength() > 2);
        using (var request = new HttpRequestMessage(HttpMethod.Get, $"/api/admin/requests/{made}/content") { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", host.OperatorsKey) } })
        using (var content = await host.Http.SendAsync(request))
        {
            Assert.Equal((HttpStatusCode.OK, "video/mp4"), (content.StatusCode, content.Content.Headers.ContentType!.MediaType));
            Assert.True((await content.Content.ReadAsByteArrayAsync()).Length > 1_000);
        }

        Assert.Equal("completed", (await host.AsOperator(HttpMethod.Post, $"requests/{made}/cancel")).GetProperty("status").GetString()); // What has ended stays as it is.

        // Both have ended, and what the ledger and the provider's line say of them is in one answer.
        var overview = await Eventually.Get("the overview has both", async () =>
            await host.AsOperator(HttpMethod.Get, "overview") is var now && now.GetProperty("ended_today").GetProperty("failed").GetInt32() == 1 && now.GetProperty("money")[0].GetProperty("spent_usd").GetDecimal() == 1.6m ? now.ToString() : null);
        using var read = JsonDocument.Parse(overview);
        Assert.Equal((1, 0.5m), (read.RootElement.GetProperty("ended_today").GetProperty("completed").GetInt32(), read.RootElement.GetProperty("last_day").GetProperty("success_rate").GetDecimal()));
        Assert.True(read.RootElement.GetProperty("last_day").GetProperty("seconds").GetProperty("together").GetDouble() > 0);
        Assert.Equal(50m, read.RootElement.GetProperty("money")[0].GetProperty("limit_usd").GetDecimal());
        Assert.Equal(1.6m, read.RootElement.GetProperty("days")[6].GetProperty("sums").GetProperty("spent").GetProperty("usd").GetDecimal());
        var provider = Assert.Single((await host.AsOperator(HttpMethod.Get, "providers")).GetProperty("providers").EnumerateArray());
        Assert.Equal(("local", "local", "closed"), (provider.GetProperty("account").GetString(), provider.GetProperty("type").GetString(), provider.GetProperty("breaker").GetProperty("state").GetString()));

        var client = await host.AsOperator(HttpMethod.Get, "clients/local");
        Assert.Equal((5, 1.6m), (client.GetProperty("limits").GetProperty("videos_per_day").GetInt32(), client.GetProperty("budgets")[0].GetProperty("spent_usd").GetDecimal()));
        Assert.Equal(0, await host.Stop());
    }

    [Fact]
    public async Task The_sweeps_run_when_they_are_asked_for_and_two_at_once_are_one()
    {
        await using var host = await Start(("Sweep__Every", "1.00:00:00"));
        var id = await host.Accepted("A cat");
        await host.Ended(id);

        // The first of the clock may be at it still; then that one is waited for. And where the first was quick, the second was none at once.
        var both = await Eventually.Get("both asks were told of one sweep of all three", async () =>
            await Task.WhenAll(host.AsOperator(HttpMethod.Post, "sweep"), host.AsOperator(HttpMethod.Post, "sweep")) is var sweeps && Array.TrueForAll(sweeps, Whole) && Began(sweeps[0]) == Began(sweeps[1]) ? sweeps : null);

        Assert.Equal((0, 0), (both[0].GetProperty("store").GetProperty("removed").GetInt32(), both[0].GetProperty("store").GetProperty("unknown").GetInt32()));
        Assert.Equal("local", Assert.Single(both[0].GetProperty("accounts").EnumerateArray()).GetProperty("account").GetString());
        Assert.Equal(0, await host.Stop());

        static bool Whole(JsonElement sweep) => sweep.GetProperty("accounts").ValueKind == JsonValueKind.Array && sweep.GetProperty("requests").ValueKind == JsonValueKind.Object;
        static string? Began(JsonElement sweep) => sweep.GetProperty("began_at").GetString();
    }

    [Fact]
    public async Task The_overview_is_told_as_it_changes()
    {
        await using var host = await Start();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/admin/events") { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", host.OperatorsKey) } };
        using var stream = await host.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var lines = new StreamReader(await stream.Content.ReadAsStreamAsync());
        Assert.Equal(0, await Next(lines));

        await host.Ended(await host.Accepted("A cat"));

        await Eventually.Get("the stream says that one is completed", async () => await Next(lines) == 1 ? "yes" : null);
        Assert.Equal(0, await host.Stop());
    }

    [Fact]
    public async Task The_configuration_is_shown_without_any_secret_that_there_can_be()
    {
        // A bucket is not here, and the operator's key is in its file.
        var planted = Secrets.Where(option => option is not ("ConnectionStrings:VideoGen" or "Operator:KeySha256") && !option.StartsWith("Store:S3:", StringComparison.Ordinal))
            .Select((option, number) => (Name: option.Replace("*", option.EndsWith("WebhookSecret", StringComparison.Ordinal) ? "calls" : "farm", StringComparison.Ordinal).Replace(":", "__", StringComparison.Ordinal), Value: option switch
            {
                "Clients:*:KeySha256" => $"{number:x2}{new string('a', 62)}",
                "Operator:Webhook:Secret" or "Providers:Accounts:*:WebhookSecret" => $"whsec_{Convert.ToBase64String([.. Enumerable.Repeat((byte)(70 + number), 24)])}",
                _ => $"planted-secret-{number}",
            })).ToArray();
        await using var host = await Start(
        [
            .. planted, ("Providers__Accounts__farm__Type", "kling"), ("Providers__Accounts__farm__BaseUrl", "https://videos.example.com"),
            ("Providers__Accounts__calls__Type", "replicate"), ("Providers__Accounts__calls__BaseUrl", "https://videos.example.com/v1"), ("Providers__Accounts__calls__ApiKey", "planted-secret-94"), ("Providers__Accounts__calls__CallbackUrl", "https://ours.example.com"),
            ("Operator__Webhook__Url", "https://example.com/hook/planted-secret-99?planted-secret-98"),
            ("Gateway__Colour", "planted-secret-97"), ("Media__Sidecar__Token", "planted-secret-96"), ("SOME_TOKEN", "planted-secret-95"), ("Requests__Window", "1.00:00:00"),
        ]);

        var answer = await host.AsOperator(HttpMethod.Get, "configuration");

        var options = answer.GetProperty("options").EnumerateArray().ToDictionary(o => o.GetProperty("name").GetString()!, o => o, StringComparer.OrdinalIgnoreCase);
        Assert.Equal(("1.00:00:00", "environment", false), (options["Requests:Window"].GetProperty("value").GetString(), options["Requests:Window"].GetProperty("source").GetString(), options["Requests:Window"].GetProperty("redacted").GetBoolean()));
        Assert.Equal("kling", options["Providers:Accounts:farm:Type"].GetProperty("value").GetString());
        foreach (var hidden in (string[])[.. planted.Select(p => p.Name.Replace("__", ":", StringComparison.Ordinal)), "ConnectionStrings:VideoGen", "Operator:Webhook:Url", "Gateway:Colour", "Media:Sidecar:Token"])
        {
            Assert.True(options[hidden].GetProperty("redacted").GetBoolean() && options[hidden].GetProperty("value").ValueKind == JsonValueKind.Null, $"{hidden} is shown.");
        }

        Assert.DoesNotContain("planted-secret", answer.ToString(), StringComparison.Ordinal);
        Assert.All(planted, secret => Assert.DoesNotContain(secret.Value, answer.ToString(), StringComparison.Ordinal));
        Assert.DoesNotContain("SOME_TOKEN", answer.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, await host.Stop());
    }

    [Fact]
    public void Every_option_that_there_is_is_shown_or_known_to_be_a_secret()
    {
        (string Section, Type Type)[] types =
        [
            ("AgentRuns", typeof(AgentRunOptions)), ("Budgets", typeof(BudgetOptions)), ("Catalogue", typeof(CatalogueOptions)), ("Catalogue:Models:x", typeof(ModelOptions)), ("Catalogue:Models:x:Prices:0", typeof(PriceOptions)),
            ("Clients:x", typeof(ClientOptions)), ("Gateway", typeof(GatewayOptions)), ("Media", typeof(MediaOptions)), ("Operator:Webhook", typeof(OperatorWebhookOptions)), ("Plans:x", typeof(QuotaOptions)),
            ("Plans:x", typeof(PlanModels)), ("Providers:Accounts:x", typeof(AccountSettings)), ("Providers:Local", typeof(LocalVideosOptions)), ("Quotas", typeof(QuotaOptions)), ("Requests", typeof(RequestOptions)),
            ("SpendBreaker", typeof(SpendOptions)), ("Store", typeof(StoreOptions)), ("Store:S3", typeof(S3StoreOptions)), ("Sweep", typeof(SweepOptions)), ("Telemetry:Otlp", typeof(OtlpOptions)),
        ];

        var unknown = from one in types
                      from option in one.Type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                      where (option.CanWrite || typeof(System.Collections.IDictionary).IsAssignableFrom(option.PropertyType)) && !option.IsDefined(typeof(System.Runtime.CompilerServices.CompilerGeneratedAttribute))
                      let name = $"{one.Section}:{option.Name}"
                      where name is not ("Catalogue:Models" or "Catalogue:Models:x:Prices")
                      let shown = SeenOptions.IsHarmless(IsList(option.PropertyType) ? $"{name}:0" : name)
                      let secret = Secrets.Contains(name.Replace(":x:", ":*:", StringComparison.Ordinal), StringComparer.Ordinal)
                      where shown == secret
                      select $"{name} is {(shown ? "a secret that is shown" : "neither shown nor known as a secret")}";
        Assert.Empty(unknown);
        Assert.All(Secrets, secret => Assert.Equal(new(secret.Replace("*", "x", StringComparison.Ordinal), Value: null, Redacted: true, "file"), OptionBody.Of(secret.Replace("*", "x", StringComparison.Ordinal), "s", "file")));
    }

    private static bool IsList(Type type) => type != typeof(string) && typeof(System.Collections.IEnumerable).IsAssignableFrom(type);

    private static async Task<int?> Next(StreamReader lines)
    {
        while (await lines.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60)) is { } line)
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal)) return JsonDocument.Parse(line[6..]).RootElement.GetProperty("ended_today").GetProperty("completed").GetInt32();
        }

        return null;
    }

    private static string[] Ids(JsonElement page) => [.. page.GetProperty("requests").EnumerateArray().Select(request => request.GetProperty("id").GetString()!)];
}
