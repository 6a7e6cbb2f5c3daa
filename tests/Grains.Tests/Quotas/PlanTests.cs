using VideoGen.Grains.Tests.Requests;
using VideoGen.Quotas;

namespace VideoGen.Grains.Tests.Quotas;

/// <summary>Whose limits hold for whom.</summary>
public sealed class PlanTests
{
    [Fact]
    public async Task A_clients_plan_is_each_of_its_users_limit_and_nobody_elses()
    {
        await using var world = new World();
        world.Quotas.VideosPerDay = 1;
        world.Plans["pro"] = new() { VideosPerDay = 3, Cooldown = TimeSpan.Zero };
        world.PlanOf["bot"] = "pro";

        Assert.Equal(3, await Admitted(world, "bot/ann"));
        Assert.Equal(3, await Admitted(world, "bot/bob"));
        Assert.Equal(1, await Admitted(world, "web/ann"));
    }

    [Fact]
    public async Task A_change_of_plan_holds_for_what_is_asked_next()
    {
        await using var world = new World();
        world.Plans["pro"] = new() { VideosPerDay = 3, Cooldown = TimeSpan.Zero };
        Assert.Equal(1, await Admitted(world, "bot/ann"));

        world.PlanOf["bot"] = "pro";
        Assert.Equal(2, await Admitted(world, "bot/ann"));

        world.PlanOf.Remove("bot");
        var refusal = await world.Drive(Quota(world, "bot/ann").Peek());
        Assert.Equal("cooldown", refusal!.Code);
    }

    private static async Task<int> Admitted(World world, string owner)
    {
        var admitted = 0;
        while (await world.Drive(Quota(world, owner).Reserve($"v-{Guid.NewGuid():N}", 1)) is ReserveVerdict.Reserved) admitted++;
        return admitted;
    }

    private static IQuotaGrain Quota(World world, string owner) => world.Grains.GetGrain<IQuotaGrain>(QuotaKey.For(owner));
}
