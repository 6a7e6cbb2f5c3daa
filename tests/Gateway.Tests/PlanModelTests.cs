using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using VideoGen.Gateway.Access;
using VideoGen.Requests;

namespace VideoGen.Gateway.Tests;

/// <summary>Which models the clients of a plan may ask for.</summary>
public sealed class PlanModelTests
{
    [Fact]
    public async Task A_model_that_the_plan_does_not_have_is_refused_before_anything_is_asked()
    {
        await using var door = await Open("local-1");
        var (bot, web) = (door.Keys.Make("bot"), door.Keys.Make("web"));

        var refused = await Ask(door, bot, """{"prompt":"A cat","model":"paid-1"}""");
        var quoted = await door.Get("/v1/videos/quote?prompt=A+cat&model=paid-1", Bearer(bot));

        foreach (var answer in new[] { refused, quoted })
        {
            Assert.Equal((403, "model_not_allowed", "model", "permission_error"), (answer.Status, answer.Code, (string)answer.Error["param"]!, (string)answer.Error["type"]!));
            Assert.Equal("The plan of this client ('basic') does not have the model paid-1. Name one of: local-1.", answer.Message);
        }

        Assert.Empty(door.Grain.Asks);
        Assert.Equal(200, (await Ask(door, bot, """{"prompt":"A cat","model":"local-1"}""")).Status);
        Assert.Equal(200, (await Ask(door, bot, """{"prompt":"A cat"}""")).Status);
        Assert.Equal(200, (await Ask(door, web, """{"prompt":"A cat","model":"paid-1"}""")).Status);
    }

    [Fact]
    public async Task Where_the_default_model_is_not_in_the_plan_an_ask_without_one_says_which_to_name()
    {
        await using var door = await Open("paid-1");
        var bot = door.Keys.Make("bot");

        var refused = await Ask(door, bot, """{"prompt":"A cat"}""");

        Assert.Equal((403, "model_not_allowed"), (refused.Status, refused.Code));
        Assert.Equal("'model' is missing, and the plan of this client ('basic') does not have the default one, local-1. Name one of: paid-1.", refused.Message);
        Assert.Equal(200, (await Ask(door, bot, """{"prompt":"A cat","model":"paid-1"}""")).Status);
        Assert.Equal((422, Codes.ModelNotFound), (await Ask(door, bot, """{"prompt":"A cat","model":"sora"}""") is var unknown ? unknown.Status : 0, unknown.Code));
    }

    [Fact]
    public async Task A_video_of_a_model_that_the_plan_has_lost_is_not_made_another_one_from()
    {
        await using var door = await Open("local-1");
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(Views.Completed with { Owner = new("bot", "-"), Options = new("paid-1", "1920x1080", 8) });

        var refused = await door.Send(HttpMethod.Post, $"/v1/videos/{Views.Id}/remix", Json("""{"prompt":"A dog"}"""), Bearer(door.Keys.Make("bot")));

        Assert.Equal((403, "model_not_allowed"), (refused.Status, refused.Code));
        Assert.Empty(door.Grain.Asks);
    }

    [Fact]
    public async Task A_client_without_a_plan_or_with_one_that_is_not_configured_may_ask_for_all_models()
    {
        await using var door = await Open("local-1");
        door.Keys.Plans["bot"] = "gone";

        Assert.Equal(200, (await Ask(door, door.Keys.Make("bot"), """{"prompt":"A cat","model":"paid-1"}""")).Status);
        Assert.Equal(200, (await Ask(door, door.Keys.Make("nobody"), """{"prompt":"A cat","model":"paid-1"}""")).Status);
    }

    [Theory]
    [InlineData("Plans:basic:Models:0", "sora", "Plans:basic:Models has 'sora', which is no model of the catalogue. There are: fast, slow.")]
    [InlineData("Plans:basic:Models", "fast", "Plans:basic:Models is a list: Plans:basic:Models:0")]
    [InlineData("Plans:basic:Models", "", "Plans:basic:Models is a list")]
    public void A_plan_names_models_that_there_are(string option, string value, string said)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
        [
            new("Catalogue:Models:fast:Provider", "local"), new("Catalogue:Models:slow:Provider", "local"), new("Plans:pro:Models:0", "fast"), new("Plans:pro:Models:1", "slow"), new("Plans:all:VideosPerDay", "5"), new(option, value),
        ]).Build();
        var services = new ServiceCollection().AddSingleton<IConfiguration>(configuration);
        services.AddPlans(configuration);
        using var provider = services.BuildServiceProvider();

        var refused = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IStartupValidator>().Validate());

        Assert.Contains(said, refused.Message, StringComparison.Ordinal);
        Assert.Single(refused.Failures);
        Assert.Equal(["fast", "slow"], provider.GetRequiredService<IOptionsMonitor<PlanModels>>().Get("pro").Models!);
        Assert.Null(provider.GetRequiredService<IOptionsMonitor<PlanModels>>().Get("all").Models);
    }

    [Fact]
    public void A_plan_and_its_model_may_come_in_one_change()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Catalogue:Models:fast:Provider", "local"), new("Plans:pro:Models:0", "fast")]).Build();
        var services = new ServiceCollection().AddSingleton<IConfiguration>(configuration);
        services.AddPlans(configuration);
        using var provider = services.BuildServiceProvider();
        var models = provider.GetRequiredService<IOptionsMonitor<PlanModels>>();
        Assert.Equal(["fast"], models.Get("pro").Models!);

        (configuration["Catalogue:Models:new:Provider"], configuration["Plans:pro:Models:0"]) = ("local", "new");
        configuration.Reload();

        Assert.Equal(["new"], models.Get("pro").Models!);
    }

    private static async Task<Door> Open(string model)
    {
        var door = await Door.Open(ClientKeyRouteTests.With(("Plans:basic:Models:0", model), ("Catalogue:Models:local-1:Provider", "local"), ("Catalogue:Models:paid-1:Provider", "local")));
        door.Keys.Plans["bot"] = "basic";
        door.Grain.OnAsk = _ => Task.FromResult<AskAnswer>(new AskAnswer.Accepted(Views.Queued, Dedup.New));
        return door;
    }

    private static Task<Answer> Ask(Door door, string key, string body) => door.Send(HttpMethod.Post, "/v1/videos", Json(body), Bearer(key));

    private static (string, string) Bearer(string key) => ("Authorization", $"Bearer {key}");

    private static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");
}
