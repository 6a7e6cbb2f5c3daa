using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using VideoGen.Grains.Providers;
using VideoGen.Requests;
using VideoGen.Silo.Providers;
using VideoGen.Silo.Providers.Local;
using VideoGen.Storage;
using VideoGen.Tests;

namespace VideoGen.Silo.Tests.Providers;

public sealed class ModelCatalogueTests
{
    [Fact]
    public void Without_configuration_there_is_one_free_local_model()
    {
        var catalogue = Catalogue();

        Assert.Equal("local", catalogue.DefaultModel);
        var model = Assert.Single(catalogue.All);
        Assert.Equal(("local", "local", "local", false), (model.Model, model.Provider, model.ProviderModel, model.CountsAgainstQuota));
        Assert.Equal([new ModelPrice(0)], model.Prices);
        Assert.Equal(["1280x720", "720x1280", "1792x1024", "1024x1792", "640x360", "320x180"], model.Sizes);
        Assert.Equal([4, 8, 12, 1, 2], model.Seconds);
        Assert.Same(model, catalogue.Find("local"));
        Assert.Null(catalogue.Find("Local"));
    }

    [Fact]
    public void A_pretended_price_makes_the_local_model_count_unless_the_configuration_says_otherwise()
    {
        Assert.True(Catalogue(("Providers:Local:UsdPerSecond", "0.5")).Find("local") is { Prices: [{ UsdPerSecond: 0.5m }], CountsAgainstQuota: true });
        Assert.True(Catalogue(("Providers:Local:UsdPerSecond", "0.5"), ("Catalogue:Models:local:CountsAgainstQuota", "false")).Find("local") is { Prices: [{ UsdPerSecond: 0.5m }], CountsAgainstQuota: false });
        Assert.True(Catalogue(("Catalogue:Models:local:CountsAgainstQuota", "true")).Find("local") is { Prices: [{ UsdPerSecond: 0m }], CountsAgainstQuota: true });
    }

    [Fact]
    public void A_configured_list_replaces_the_default_and_does_not_add_to_it()
    {
        var model = Catalogue(("Catalogue:Models:small:Sizes:0", "64x64"), ("Catalogue:Models:small:Seconds:0", "3")).Find("small")!;

        Assert.Equal(["64x64"], model.Sizes);
        Assert.Equal([3], model.Seconds);
    }

    [Fact]
    public void A_model_has_prices_by_size_and_day_its_providers_own_name_and_a_last_day()
    {
        var model = Catalogue(
            ("Catalogue:Models:local:Prices:0:UsdPerSecond", "0.1"), ("Catalogue:Models:local:Prices:1:UsdPerSecond", "0.2"), ("Catalogue:Models:local:Prices:1:From", "2026-12-01"),
            ("Catalogue:Models:local:Prices:2:UsdPerSecond", "0.4"), ("Catalogue:Models:local:Prices:2:Size", "1792x1024"),
            ("Catalogue:Models:local:ProviderModel", "local-v2"), ("Catalogue:Models:local:Retires", "2027-01-31")).Find("local")!;

        Assert.Equal([new(0.1m), new(0.2m, new DateOnly(2026, 12, 1)), new ModelPrice(0.4m, Size: "1792x1024")], model.Prices);
        Assert.Equal(("local-v2", new DateOnly(2027, 1, 31), true), (model.ProviderModel, model.Retires!.Value, model.CountsAgainstQuota));
    }

    [Theory]
    [InlineData("two", "Catalogue:Models:local has both UsdPerSecond and Prices", "UsdPerSecond", "1", "Prices:0:UsdPerSecond", "1")]
    [InlineData("none", "Catalogue:Models:local:Prices:0:UsdPerSecond is missing", "Prices:0:Size", "1280x720")]
    [InlineData("dear", "Catalogue:Models:local:Prices:0:UsdPerSecond must be from 0 to 1000", "Prices:0:UsdPerSecond", "1001")]
    [InlineData("size", "Catalogue:Models:local:Prices has a price for '64x64', which is none of its sizes", "Prices:0:UsdPerSecond", "1", "Prices:0:Size", "64x64")]
    [InlineData("same", "Catalogue:Models:local:Prices has two prices for all sizes from the beginning on", "Prices:0:UsdPerSecond", "1", "Prices:1:UsdPerSecond", "2")]
    [InlineData("name", "Catalogue:Models:local:ProviderModel must have 1 to 128 characters", "ProviderModel", "")]
    public void A_price_list_that_says_no_price_or_two_is_refused_at_the_start(string what, string sentence, params string[] settings)
    {
        using var services = Services([.. settings.Chunk(2).Select(setting => ($"Catalogue:Models:local:{setting[0]}", setting[1]))]);
        var refused = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IStartupValidator>().Validate());
        Assert.True(refused.Message.Contains(sentence, StringComparison.Ordinal), $"{what}: {refused.Message}");
    }

    [Theory]
    [InlineData("Retires", "tomorrow", "'tomorrow' at 'Catalogue:Models:local:Retires'")]
    [InlineData("UsdPerSecond", "cheap", "'cheap' at 'Catalogue:Models:local:UsdPerSecond'")]
    [InlineData("Prices:0:From", "soon", "'soon' at 'Catalogue:Models:local:Prices:0:From'")]
    [InlineData("Prises:0:UsdPerSecond", "1", "'Prises'")]
    public void What_cannot_be_read_is_named_at_the_start_and_not_left_out(string key, string value, string sentence)
    {
        using var services = Services(("Catalogue:Models:other:UsdPerSecond", "1"), ($"Catalogue:Models:local:{key}", value));
        var refused = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IStartupValidator>().Validate());
        Assert.Contains(sentence, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(31, null)]
    [InlineData(30, "Warning")]
    [InlineData(8, "Warning")]
    [InlineData(7, "Error")]
    [InlineData(1, "Critical")]
    [InlineData(0, "Critical")]
    [InlineData(-1, null)]
    public void A_model_that_is_soon_not_made_any_more_is_said_each_day_and_louder_towards_its_end(int days, string? level)
    {
        var log = new System.Collections.Concurrent.ConcurrentQueue<string>();
        using var lines = new LogLines(log, whole: true);
        using var factory = LoggerFactory.Create(logging => logging.AddProvider(lines));
        using var heard = new HeardTelemetry();
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        var catalogue = Catalogue(("Catalogue:Models:local:Retires", today.AddDays(days).ToString("O", System.Globalization.CultureInfo.InvariantCulture)));
        using var retirement = new ModelRetirement(catalogue, new FixedTime(today), heard.Telemetry, factory.CreateLogger<ModelRetirement>());

        retirement.Tell();

        if (level is null) Assert.Empty(log);
        else Assert.Contains($"{level}: ModelRetires: 'local'", Assert.Single(log), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Catalogue:Models:local:Sizes:0", "1281x720", "Catalogue:Models:local:Sizes has '1281x720'")]
    [InlineData("Catalogue:Models:local:Seconds:0", "0", "Catalogue:Models:local:Seconds has 0")]
    [InlineData("Catalogue:Models:local:UsdPerSecond", "-1", "UsdPerSecond must be from 0")]
    [InlineData("Catalogue:Models:x:Provider", "elsewhere", "Provider is 'elsewhere', which is not configured. Configured: local.")]
    [InlineData("Catalogue:Models:x:Provider", "elsewhere", "Catalogue:Models:x has no price")]
    [InlineData("Catalogue:DefaultModel", "nope", "Catalogue:DefaultModel must be one of: local.")]
    [InlineData("Providers:Local:RendersAtOnce", "0", "RendersAtOnce")]
    [InlineData("Providers:Local:UsdPerSecond", "-1", "UsdPerSecond")]
    [InlineData("Providers:Local:SlowTime", "2.00:00:00", "SlowTime")]
    [InlineData("Providers:Local:KeepJobs", "1.01:59:59", "KeepJobs")]
    [InlineData("Providers:Local:KeepVideos", "1.00:00:00", "KeepVideos")]
    [InlineData("Providers:Local:FailWords:boom", "explode", "use one of refused, rejected_at_submit, lost_answer, rejected_uncharged, ")]
    public void A_wrong_setting_is_named_at_the_start_with_what_to_do(string key, string value, string sentence)
    {
        using var services = Services((key, value));

        var refused = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IStartupValidator>().Validate());

        Assert.Contains(sentence, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Providers_are_found_by_their_account()
    {
        using var services = Services();
        var providers = services.GetRequiredService<IVideoProviders>();

        Assert.Same(services.GetRequiredService<LocalVideos>(), providers.Find("local"));
        Assert.Null(providers.Find("elsewhere"));
    }

    private static readonly (string, string)[] Two =
    [
        ("Catalogue:Models:a:UsdPerSecond", "1"), ("Catalogue:Models:a:Sizes:0", "640x360"), ("Catalogue:Models:a:Sizes:1", "1280x720"),
        ("Catalogue:Models:b:UsdPerSecond", "2"), ("Catalogue:Models:b:Seconds:0", "8"), ("Catalogue:Models:b:Retires", "2027-01-31"), ("Catalogue:DefaultModel", "a"),
    ];

    [Fact]
    public void A_route_offers_what_its_models_have_in_common_and_is_a_model_like_any()
    {
        var catalogue = Catalogue([.. Two, ("Catalogue:Models:way:Route:0", "a"), ("Catalogue:Models:way:Route:1", "b"), ("Catalogue:Models:way:MaxUsd", "3.5")]);
        var way = catalogue.Find("way")!;

        Assert.Equal(["640x360", "1280x720"], way.Sizes);
        Assert.Equal([8], way.Seconds);
        Assert.Equal(["a", "b"], way.Route);
        Assert.Equal((3.5m, true, true, null), (way.MaxUsd, way.CountsAgainstQuota, way.TakesInput, way.Retires));
        Assert.Equal(["a", "b", "way"], catalogue.All.Select(terms => terms.Model));
    }

    [Theory]
    [InlineData("Catalogue:Models:way:Route has 'c', which is no model of the catalogue.", "way:Route:1", "c")]
    [InlineData("Catalogue:Models:way:Route has 'way', which is a route itself", "way:Route:1", "way")]
    [InlineData("Catalogue:Models:way:Route names a model twice", "way:Route:1", "a")]
    [InlineData("Catalogue:Models:way:Route must name 1 to 5 models", "way:Route:1", "b", "way:Route:2", "b", "way:Route:3", "b", "way:Route:4", "b", "way:Route:5", "b")]
    [InlineData("Catalogue:Models:way is a route: Provider, ProviderModel, prices, Sizes and Seconds are those of its models", "way:UsdPerSecond", "1")]
    [InlineData("Catalogue:Models:way:MaxUsd must be above 0", "way:MaxUsd", "0")]
    [InlineData("Catalogue:Models:a:MaxUsd is for a route", "a:MaxUsd", "1")]
    [InlineData("Catalogue:Models:way:Route has models that offer no size in common", "way:Route:1", "b", "b:Sizes:0", "720x1280")]
    [InlineData("Catalogue:Models:way:Route has models that offer no length in common", "way:Route:1", "b", "a:Seconds:0", "4")]
    public void A_route_that_leads_nowhere_is_refused_at_the_start(string sentence, params string[] settings)
    {
        using var services = Services([.. Two, ("Catalogue:Models:way:Route:0", "a"), .. settings.Chunk(2).Select(setting => ($"Catalogue:Models:{setting[0]}", setting[1]))]);
        var refused = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IStartupValidator>().Validate());
        Assert.Contains(sentence, refused.Message, StringComparison.Ordinal);
    }

    private sealed class FixedTime(DateOnly day) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(day, new TimeOnly(12, 0), TimeSpan.Zero);
    }

    private static IModelCatalogue Catalogue(params (string Key, string Value)[] settings)
    {
        using var services = Services(settings);
        services.GetRequiredService<IStartupValidator>().Validate();
        return services.GetRequiredService<IModelCatalogue>();
    }

    private static ServiceProvider Services(params (string Key, string Value)[] settings) =>
        new ServiceCollection().AddLogging()
            .AddInputFolder("inputs").AddVideoProviders(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))).Build())
            .BuildServiceProvider(validateScopes: true);
}
