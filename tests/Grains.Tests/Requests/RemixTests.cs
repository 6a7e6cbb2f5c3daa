using VideoGen.Requests;

namespace VideoGen.Grains.Tests.Requests;

public sealed class RemixTests
{
    [Fact]
    public async Task A_remix_is_a_request_of_its_own_made_from_the_finished_job()
    {
        await using var world = new World();
        world.Quotas.Cooldown = TimeSpan.Zero;
        var source = Assert.IsType<AskAnswer.Accepted>(await world.Drive(world.Ask())).Video.Id;
        await world.Ended();
        var remix = World.Wish() with { RemixOf = source }; // The same words: another video all the same.
        var accepted = Assert.IsType<AskAnswer.Accepted>(await world.Drive(world.Ask(remix)));
        Assert.Equal((Dedup.New, source), (accepted.Dedup, accepted.Video.RemixOf));
        Assert.Equal(Dedup.Joined, Assert.IsType<AskAnswer.Accepted>(await world.Drive(world.Ask(remix))).Dedup);
        await world.Until(() => world.Reminders.Count == 0, what: "the remix to end");
        Assert.Equal([null, "job_1"], world.Provider.Orders.Select(o => o.SourceJobId));
    }

    [Fact]
    public async Task Only_a_completed_video_of_the_same_user_can_be_remixed()
    {
        await using var world = new World();
        world.Quotas.Cooldown = TimeSpan.Zero;
        var source = Assert.IsType<AskAnswer.Accepted>(await world.Drive(world.Ask())).Video.Id;
        var remix = World.Wish("a dog") with { RemixOf = source };
        Assert.Equal(Codes.RemixSourceNotReady, Assert.IsType<AskAnswer.Refused>(await world.Drive(world.Ask(remix))).Refusal.Code);
        await world.Ended();
        Assert.Equal(Codes.RemixSourceNotReady, Assert.IsType<AskAnswer.Refused>(await world.Drive(world.Ask(remix with { Owner = new("local", "bob") }))).Refusal.Code);
        await world.Drive(world.Request().Delete(1));
        Assert.Equal(Codes.RemixSourceNotReady, Assert.IsType<AskAnswer.Refused>(await world.Drive(world.Ask(remix))).Refusal.Code);
        Assert.Single(world.Provider.Jobs);
    }
}
