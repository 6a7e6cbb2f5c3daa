using VideoGen.Requests;

namespace VideoGen.Grains.Tests.Requests;

/// <summary>The same key and body are the same ask for a week, whatever the prompt's window says.</summary>
public sealed class IdempotencyTests
{
    [Fact]
    public async Task The_same_key_and_body_are_one_video_at_once_later_and_when_its_window_is_over()
    {
        await using var world = new World();
        world.Start();
        var answers = await world.Drive(Enumerable.Range(0, 20).Select(i => Ask(world, engine: i % 2)).ToArray());
        var id = Assert.Single(answers.Select(a => Accepted(a).Video.Id).Distinct());
        await world.Ended();
        world.Time.Advance(TimeSpan.FromDays(6));
        Assert.Equal((id, Dedup.Replayed), (Accepted(await world.Drive(Ask(world))).Video.Id, Accepted(await world.Drive(Ask(world))).Dedup));
        Assert.Single(world.Provider.Jobs);
        world.Time.Advance(TimeSpan.FromDays(2));
        Assert.Equal(Dedup.New, Accepted(await world.Drive(Ask(world))).Dedup);
    }

    [Fact]
    public async Task Another_body_under_the_same_key_is_refused()
    {
        await using var world = new World();
        await world.Drive(Ask(world));
        Assert.IsType<IdempotentAnswer.OtherBody>(await world.Drive(Ask(world, "other", World.Wish("a dog"))));
        Assert.Single(world.Provider.Jobs);
    }

    [Fact]
    public async Task A_refusal_is_not_remembered()
    {
        await using var world = new World();
        await world.Drive(world.Ask("a dog"));
        Assert.IsType<AskAnswer.Refused>(Assert.IsType<IdempotentAnswer.Answered>(await world.Drive(Ask(world))).Answer);
        world.Time.Advance(world.Quotas.Cooldown);
        Assert.Equal(Dedup.New, Accepted(await world.Drive(Ask(world))).Dedup);
    }

    [Fact]
    public async Task What_was_made_under_a_key_and_deleted_is_not_made_again()
    {
        await using var world = new World();
        await world.Drive(Ask(world));
        await world.Ended();
        await world.Drive(world.Request().Delete(1));
        world.Time.Advance(TimeSpan.FromDays(2));
        Assert.IsType<IdempotentAnswer.Deleted>(await world.Drive(Ask(world)));
        Assert.Single(world.Provider.Jobs);
    }

    [Fact]
    public async Task A_crash_at_every_write_pays_once()
    {
        for (var write = 1; write <= 6; write++)
        {
            await using var world = new World();
            var left = write;
            world.Disk.OnWrite = _ =>
            {
                if (--left == 0) world.Crash();
                return null;
            };
            _ = Ask(world);
            await world.Settle();
            world.Disk.OnWrite = null;
            world.Start();
            Accepted(await world.Drive(Ask(world)));
            await world.Ended();
            Assert.Single(world.Provider.Jobs);
        }
    }

    [Fact]
    public async Task While_the_key_cannot_be_written_nothing_is_asked()
    {
        await using var world = new World();
        world.Disk.OnWrite = _ => WriteFault.Refused;
        Assert.IsType<AskAnswer.Unknown>(Assert.IsType<IdempotentAnswer.Answered>(await world.Drive(Ask(world))).Answer);
        world.Disk.OnWrite = null;
        Assert.Empty(world.Provider.Jobs);
        Assert.Equal(Dedup.New, Accepted(await world.Drive(Ask(world))).Dedup);
    }

    private static Task<IdempotentAnswer> Ask(World world, string fingerprint = "same", VideoAsk? ask = null, int engine = -1) =>
        world.GrainsOf(engine).GetGrain<IIdempotencyGrain>(IdempotencyKey.For(new("local", "alice"), "key-1")).Ask(fingerprint, ask ?? World.Wish());

    private static AskAnswer.Accepted Accepted(IdempotentAnswer answer) => Assert.IsType<AskAnswer.Accepted>(Assert.IsType<IdempotentAnswer.Answered>(answer).Answer);
}
