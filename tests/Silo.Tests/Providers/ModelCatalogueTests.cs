using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using VideoGen.Grains.Providers;
using VideoGen.Requests;
using VideoGen.Silo.Providers;
using VideoGen.Silo.Providers.Local;
using VideoGen.Storage;

namespace VideoGen.Silo.Tests.Providers;

public sealed class ModelCatalogueTests
{
    [Fact]
    public void Without_configuration_there_is_one_free_local_model()
    {
        var catalogue = Catalogue();

        Assert.Equal("local", catalogue.DefaultModel);
        var model = Assert.Single(catalogue.All);
        Assert.Equal(("local", "local", 0m, false), (model.Model, model.Provider, model.UsdPerSecond, model.CountsAgainstQuota));
        Assert.Equal(["1280x720", "720x1280", "1792x1024", "1024x1792", "640x360", "320x180"], model.Sizes);
        Assert.Equal([4, 8, 12, 1, 2], model.Seconds);
        Assert.Same(model, catalogue.Find("local"));
        Assert.Null(catalogue.Find("Local"));
    }

    [Fact]
    public void A_pretended_price_makes_the_local_model_count_unless_the_configuration_says_otherwise()
    {
        Assert.True(Catalogue(("Providers:Local:UsdPerSecond", "0.5")).Find("local") is { UsdPerSecond: 0.5m, CountsAgainstQuota: true });
        Assert.True(Catalogue(("Providers:Local:UsdPerSecond", "0.5"), ("Catalogue:Models:local:CountsAgainstQuota", "false")).Find("local") is { UsdPerSecond: 0.5m, CountsAgainstQuota: false });
        Assert.True(Catalogue(("Catalogue:Models:local:CountsAgainstQuota", "true")).Find("local") is { UsdPerSecond: 0m, CountsAgainstQuota: true });
    }

    [Fact]
    public void A_configured_list_replaces_the_default_and_does_not_add_to_it()
    {
        var model = Catalogue(("Catalogue:Models:small:Sizes:0", "64x64"), ("Catalogue:Models:small:Seconds:0", "3")).Find("small")!;

        Assert.Equal(["64x64"], model.Sizes);
        Assert.Equal([3], model.Seconds);
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

    [Fact]
    public void Two_providers_of_one_account_are_refused()
    {
        using var services = Services();
        var local = services.GetRequiredService<LocalVideos>();

        Assert.Throws<InvalidOperationException>(() => new VideoProviders([local, local]));
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
