using VideoGen.Reports;
using VideoGen.Requests;

namespace VideoGen.Grains.Tests.Requests;

/// <summary>An agent that rewords its prompt is not twice as rich.</summary>
public sealed class AgentRunTests
{
    private static readonly VideoAsk Cat = World.Wish() with { Run = "run-1" }, Reworded = World.Wish("one cat, please") with { Run = "run-1" };

    [Fact]
    public async Task Two_reworded_asks_of_one_run_at_once_are_one_video()
    {
        await using var world = new World();
        world.Quotas.Cooldown = TimeSpan.Zero;
        world.Start();
        var answers = await world.Drive([world.Ask(Cat, engine: 0), world.Ask(Reworded, engine: 1)]);
        Assert.Single(answers.OfType<AskAnswer.Accepted>());
        Assert.Equal(Codes.RunLimit, Assert.Single(answers.OfType<AskAnswer.Refused>()).Refusal.Code);
        await world.Until(() => world.Reminders.Count == 0, what: "everything to end");
        Assert.Single(world.Provider.Jobs);
    }

    [Fact]
    public async Task A_later_wording_is_refused_with_the_video_that_the_run_has_and_gives_the_quota_back()
    {
        await using var world = new World();
        world.Quotas.Cooldown = TimeSpan.Zero;
        world.Quotas.VideosPerDay = 2;
        var video = Assert.IsType<AskAnswer.Accepted>(await world.Drive(world.Ask(Cat))).Video.Id;
        var refusal = Assert.IsType<AskAnswer.Refused>(await world.Drive(world.Ask(Reworded))).Refusal;
        Assert.Equal((Codes.RunLimit, 1, 0), (refusal.Code, refusal.Limit, refusal.Remaining));
        Assert.Contains(video.ToString(), refusal.Text, StringComparison.Ordinal);
        Assert.Equal([PreventedKind.BlockedRun], world.Prevented.Counted);
        // What the refused round may have held of the quota is free again: a person still has the second video.
        await world.Settle();
        Assert.IsType<AskAnswer.Accepted>(await world.Drive(world.Ask(World.Wish("a dog"))));
    }

    [Fact]
    public async Task The_same_prompt_in_any_run_is_the_same_video()
    {
        await using var world = new World();
        await world.Drive(world.Ask(Cat));
        Assert.Equal(Dedup.Joined, Assert.IsType<AskAnswer.Accepted>(await world.Drive(world.Ask(Cat))).Dedup);
        Assert.Equal(Dedup.Joined, Assert.IsType<AskAnswer.Accepted>(await world.Drive(world.Ask(Cat with { Run = "run-2" }))).Dedup);
        // The second run has paid for nothing, and may.
        world.Quotas.Cooldown = TimeSpan.Zero;
        Assert.IsType<AskAnswer.Accepted>(await world.Drive(world.Ask(Reworded with { Run = "run-2" })));
    }

    [Fact]
    public async Task What_is_proven_free_gives_the_run_its_video_back()
    {
        await using var world = new World();
        world.Provider.NextSubmits.Enqueue((_, _) => Task.FromResult<VideoGen.Grains.Providers.SubmitReply?>(new VideoGen.Grains.Providers.SubmitReply.NoJob(Given.Invalid)));
        await world.Drive(world.Ask(Cat));
        await world.Ended();
        Assert.IsType<AskAnswer.Accepted>(await world.Drive(world.Ask(Reworded)));
    }

    [Fact]
    public async Task Videos_without_a_price_are_not_counted()
    {
        await using var world = new World();
        world.Models.Counts = false;
        foreach (var prompt in (string[])["a", "b", "c"]) Assert.IsType<AskAnswer.Accepted>(await world.Drive(world.Ask(World.Wish(prompt) with { Run = "run-1" })));
    }

    [Fact]
    public async Task The_limit_is_an_option()
    {
        await using var world = new World();
        world.Quotas.Cooldown = TimeSpan.Zero;
        world.Runs.VideosPerRun = 2;
        Assert.IsType<AskAnswer.Accepted>(await world.Drive(world.Ask(Cat)));
        Assert.IsType<AskAnswer.Accepted>(await world.Drive(world.Ask(Reworded)));
        Assert.IsType<AskAnswer.Refused>(await world.Drive(world.Ask(World.Wish("two cats") with { Run = "run-1" })));
    }
}
