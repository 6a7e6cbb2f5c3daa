using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using VideoGen.Access;
using VideoGen.Gateway.Access;
using VideoGen.Grains.Quotas;
using VideoGen.Silo.Access;
using VideoGen.Storage.Access;
using VideoGen.Tests;

namespace VideoGen.Silo.Tests.Access;

/// <summary>Clients and plans by configuration: what they mean, and which the host does not start with.</summary>
public sealed class AccessSetupTests
{
    private const string Hash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789ABCDEF";

    [Fact]
    public void What_a_plan_does_not_say_is_as_in_quotas()
    {
        using var services = With(("Quotas:VideosPerDay", "7"), ("Quotas:Cooldown", "00:01:00"), ("Plans:pro:VideosPerDay", "50"), ("Plans:fast:Cooldown", "00:00:00"));
        var options = services.GetRequiredService<IOptionsMonitor<QuotaOptions>>();

        Assert.Equal((7, 60), Limits(options.Get(IClientPlans.DefaultPlan)));
        Assert.Equal((50, 60), Limits(options.Get("pro")));
        Assert.Equal((7, 0), Limits(options.Get("fast")));
    }

    [Fact]
    public void Clients_are_read_by_name()
    {
        using var services = With(("Plans:pro:VideosPerDay", "50"), ("Clients:bot:KeySha256", Hash), ("Clients:bot:Plan", "pro"), ("Clients:web:Plan", "default"));
        var clients = services.GetRequiredService<IOptions<ClientsOptions>>().Value.ByName;

        Assert.Equal((Hash, "pro"), (clients["bot"].KeySha256, clients["bot"].Plan));
        Assert.Equal((null, "default"), (clients["web"].KeySha256, clients["web"].Plan));
    }

    [Theory]
    [InlineData("Clients:bot:Plan", "prp", "Clients:bot:Plan is 'prp', which is not configured. There are: pro, default.")]
    [InlineData("Clients:bot:KeySha256", "vg_abc", "Clients:bot:KeySha256 must be the SHA-256 of the key, 64 hexadecimal digits")]
    [InlineData("Clients:Bot:Plan", "pro", "Clients:Bot: a client's name has 1 to 64")]
    [InlineData("Clients:local:Plan", "pro", "Clients:local: a client's name has 1 to 64")]
    [InlineData("Clients:bot:KeySha265", Hash, "Clients:bot:KeySha265 is unknown; here are KeySha256 and Plan.")]
    [InlineData("Plans:pro:VideosPerDay", "0", "Plans:pro:VideosPerDay: The field VideosPerDay must be between 1 and 100000.")]
    [InlineData("Plans:slow:Cooldown", "2.00:00:00", "Plans:slow:Cooldown: ")]
    [InlineData("Plans:pro:VideoPerDay", "5", "Plans:pro:VideoPerDay is unknown; here are VideosPerDay and Cooldown and ClientDailyUsd")]
    [InlineData("Plans:pro:Models:0", "sora", "Plans:pro:Models has 'sora', which is no model of the catalogue. There are: local.")]
    [InlineData("Plans:default:VideosPerDay", "5", "Plans:default: a plan's name")]
    [InlineData("Plans:P R O:VideosPerDay", "5", "Plans:P R O: a plan's name")]
    public void What_is_wrong_is_refused_at_start_by_its_name(string option, string value, string said)
    {
        using var services = With(("Plans:pro:Cooldown", "00:00:01"), (option, value));

        var refused = Assert.ThrowsAny<Exception>(() => services.GetRequiredService<IStartupValidator>().Validate());

        Assert.Contains(said, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_key_belongs_to_one_client()
    {
        using var services = With(("Clients:bot:KeySha256", Hash), ("Clients:web:KeySha256", Hash.ToUpperInvariant()));

        var refused = Assert.ThrowsAny<Exception>(() => services.GetRequiredService<IStartupValidator>().Validate());

        Assert.Contains("Clients:bot:KeySha256, Clients:web:KeySha256 are the same", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_clients_plan_that_is_not_configured_is_the_default_one_and_is_said_once()
    {
        var log = new ConcurrentQueue<string>();
        using var services = With(("Plans:pro:VideosPerDay", "50"));
        var keys = new Known(("bot", "pro"), ("web", "gone"), ("cli", "default"));
        using var logs = LoggerFactory.Create(b => b.AddProvider(new LogLines(log)));
        var plans = new ClientPlans(keys, services.GetRequiredService<PlanNames>(), logs.CreateLogger<ClientPlans>());

        foreach (var _ in Enumerable.Range(0, 3))
        {
            Assert.Equal(("pro", "", "", ""), (plans.PlanOf("bot"), plans.PlanOf("web"), plans.PlanOf("cli"), plans.PlanOf("nobody")));
        }

        Assert.Equal("Client web has plan gone, which is not configured: the limits of section Quotas hold for it", Assert.Single(log));
    }

    private static (int, double) Limits(QuotaOptions options) => (options.VideosPerDay, options.Cooldown.TotalSeconds);

    private static ServiceProvider With(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))).Build();
        return new ServiceCollection().AddSingleton<IConfiguration>(configuration).AddLogging().AddLimits(configuration).AddClients(configuration).BuildServiceProvider();
    }

    private sealed class Known(params (string Client, string Plan)[] plans) : IClientKeys
    {
        public KnownClients Latest { get; } = new([], plans.ToDictionary(p => p.Client, p => p.Plan), keysExist: true);

        public ValueTask<KnownClients?> Fresh(CancellationToken cancellationToken) => new(Latest);

        public void Used(KnownKey key) => throw new NotSupportedException();
    }
}
