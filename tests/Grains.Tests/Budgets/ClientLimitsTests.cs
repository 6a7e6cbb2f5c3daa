using VideoGen.Budgets;
using VideoGen.Grains.Tests.Requests;
using VideoGen.Providers;
using VideoGen.Quotas;

namespace VideoGen.Grains.Tests.Budgets;

/// <summary>Limits and providers as an operator asks for them, of the grains that hold them.</summary>
public sealed class ClientLimitsTests
{
    // Of the wall's clock: whoever only looks lets no time pass, in which a video would end.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_clients_limits_are_those_of_its_plan_and_its_budgets_those_of_today_and_this_month()
    {
        await using var world = new World();
        (world.Budgets.GlobalDailyUsd, world.Budgets.ClientDailyUsd, world.Budgets.UserDailyUsd) = (50, 10, 4);
        (world.PlanOf["bot"], world.Plans["pro"]) = ("pro", new() { VideosPerDay = 50, Cooldown = TimeSpan.Zero });
        await world.Drive(world.Ask());

        var local = await world.Grains.GetGrain<ILimitsGrain>(LimitsKey.For(new("local", "-"))).OfClient().WaitAsync(Patience);
        var all = await world.Grains.GetGrain<ILimitsGrain>(LimitsKey.For(new("local", "-"))).OfAll().WaitAsync(Patience);
        var bot = await world.Grains.GetGrain<ILimitsGrain>(LimitsKey.For(new("bot", "-"))).OfClient().WaitAsync(Patience);

        var day = Scopes.Day(DateOnly.FromDateTime(world.Time.GetUtcNow().UtcDateTime));
        Assert.Equal((5, TimeSpan.FromMinutes(10), 4m, null), (local.VideosPerDay, local.Cooldown, local.UserDailyUsd, local.UserMonthlyUsd));
        Assert.Equal([new(new("client:local", day), 10, 3.2m, 0, 0), new(new("client:local", day[..7]), null, 3.2m, 0, 0)], local.Budgets.AsEnumerable());
        Assert.Equal([new(new("global", day), 50, 3.2m, 0, 0), new(new("global", day[..7]), null, 3.2m, 0, 0)], all.AsEnumerable());
        Assert.Equal((50, TimeSpan.Zero, 0m), (bot.VideosPerDay, bot.Cooldown, bot.Budgets[0].ReservedUsd));
    }

    [Theory]
    [InlineData("Pacific/Kiritimati")]
    [InlineData("Pacific/Midway")]
    public async Task A_users_budgets_are_those_of_the_day_that_money_is_booked_on(string zone)
    {
        await using var world = new World();
        (world.Budgets.UserDailyUsd, world.Budgets.TimeZone) = (4, zone);
        await world.Drive(world.Ask());

        var budgets = await world.Grains.GetGrain<ILimitsGrain>(LimitsKey.For(new("local", "alice"))).Budgets().WaitAsync(Patience);

        Assert.Equal(3.2m, Assert.Single(budgets).ReservedUsd);
    }

    [Fact]
    public async Task A_provider_is_looked_at_without_being_asked()
    {
        await using var world = new World();
        await world.Drive(world.Ask());
        var asked = world.Provider.Log.Count;

        var look = await world.Grains.GetGrain<IProviderGrain>(ProviderKey.For("local")).Look().WaitAsync(Patience);

        Assert.Equal((null, null, BreakerState.Closed), (look.Type, look.Trouble, look.Breaker.State));
        Assert.Equal(asked, world.Provider.Log.Count);
    }
}
