using VideoGen.Grains.Requests;
using VideoGen.Requests;

namespace VideoGen.Grains.Tests.Requests;

/// <summary>What a video costs on a day, and when it is not made at any price.</summary>
public sealed class PriceListTests
{
    private static readonly DateOnly Today = new(2026, 11, 20);

    private static readonly ModelTerms Terms = new("m", "local", [new(0.10m), new(0.20m, Today), new(0.30m, Today.AddDays(1)), new(0.40m, Today.AddDays(-9), "720x1280")], true, ["1280x720", "720x1280"], [4]);

    [Theory]
    [InlineData("1280x720", -1, 0.40)]
    [InlineData("1280x720", 0, 0.80)]
    [InlineData("1280x720", 1, 1.20)]
    [InlineData("720x1280", -10, 0.40)]
    [InlineData("720x1280", -9, 1.60)]
    [InlineData("720x1280", 5, 1.60)]
    public void A_sizes_own_price_goes_first_and_then_the_newest_that_is_in_force(string size, int days, double usd) =>
        Assert.Equal((decimal)usd, PriceList.UsdOf(Terms, new("m", size, 4), Today.AddDays(days)));

    [Fact]
    public void What_has_no_price_in_force_is_refused_and_never_free()
    {
        var later = Terms with { Prices = [new(0.10m, Today.AddDays(1)), new(0, Size: "720x1280")] };
        Assert.Equal(Codes.UnpricedModel, PriceList.Refusal(later, new("m", "1280x720", 4), Today)?.Code);
        Assert.Null(PriceList.Refusal(later, new("m", "1280x720", 4), Today.AddDays(1)));
        Assert.Null(PriceList.Refusal(later, new("m", "720x1280", 4), Today));
        Assert.Equal(0, PriceList.UsdOf(later, new("m", "720x1280", 4), Today));
    }

    [Fact]
    public async Task A_retired_model_is_refused_with_its_date_and_what_was_made_before_is_there_all_the_same()
    {
        await using var world = new World();
        world.Quotas.Cooldown = TimeSpan.Zero;
        await world.Drive(world.Ask());
        await world.Ended();
        world.Models.Retires = DateOnly.FromDateTime(world.Time.GetUtcNow().UtcDateTime);

        var refusal = Assert.IsType<AskAnswer.Refused>(await world.Drive(world.Ask("a dog"))).Refusal;
        Assert.Equal(Codes.ModelRetired, refusal.Code);
        Assert.Contains("2026-11-20", refusal.Text, StringComparison.Ordinal);
        var quote = await world.Drive(world.Request("a dog").Quote(World.Wish("a dog")));
        Assert.Equal(Codes.ModelRetired, Assert.IsType<AskAnswer.Refused>(quote.Answer).Refusal.Code);

        Assert.Equal(Dedup.Replayed, Assert.IsType<AskAnswer.Accepted>(await world.Drive(world.Ask())).Dedup);
        Assert.IsType<AskAnswer.Accepted>((await world.Drive(world.Request().Quote(World.Wish()))).Answer);
        Assert.Single(world.Provider.Jobs);
    }

    [Fact]
    public async Task A_model_without_a_price_is_refused_and_nothing_is_written()
    {
        await using var world = new World();
        world.Models.Prices = [];
        Assert.Equal(Codes.UnpricedModel, Assert.IsType<AskAnswer.Refused>(await world.Drive(world.Ask())).Refusal.Code);
        Assert.Empty(world.Disk.Keys(GrainNames.VideoRequest));
        Assert.Empty(world.Provider.Jobs);
    }

    [Fact]
    public async Task The_price_of_the_ask_stays_the_rounds_and_the_provider_is_asked_under_its_own_name()
    {
        await using var world = new World();
        world.Models.ProviderModel = "local-v2";
        world.Provider.NextSubmits.Enqueue((_, _) =>
        {
            world.Models.Prices = [new(9)];
            return Task.FromResult<VideoGen.Grains.Providers.SubmitReply?>(null);
        });
        await world.Drive(world.Ask());
        await world.Ended();
        Assert.Equal("local-v2", Assert.Single(world.Provider.Orders).Options.Model);
        var view = (await world.Drive(world.Request().Get(1)))!;
        Assert.Equal(("local", 3.20m), (view.Options.Model, view.EstimatedUsd));
    }

    [Fact]
    public async Task What_alone_would_trip_the_spend_breaker_each_time_is_refused_and_not_left_to_wait()
    {
        await using var world = new World();
        world.Spending.StreakUsd = 3.19m; // A video costs 3.20.
        var refusal = Assert.IsType<AskAnswer.Refused>(await world.Drive(world.Ask())).Refusal;
        Assert.Equal(Codes.MaxUsdExceeded, refusal.Code);
        Assert.Contains("It may cost 3.2 USD, and at most 3.19 USD", refusal.Text, StringComparison.Ordinal);

        world.Spending.StreakUsd = 3.20m;
        Assert.IsType<AskAnswer.Accepted>(await world.Drive(world.Ask()));
    }
}
