using VideoGen.Requests;
using static VideoGen.Grains.Requests.RequestState;

namespace VideoGen.Grains.Tests.Requests;

/// <summary>A job that goes on is asked for every few seconds, which is nothing that a database must hear of each time.</summary>
public sealed class ProgressTests
{
    [Fact]
    public async Task A_job_that_goes_on_is_written_a_few_times_a_minute()
    {
        await using var world = new World();
        world.Provider.RenderTime = TimeSpan.FromMinutes(5);
        await world.Drive(world.Ask());
        await world.Until(() => world.State() is Running);
        var written = world.Document().Revision;

        await world.Until(() => world.Provider.Checks == 48); // Four minutes.

        Assert.InRange(world.Document().Revision - written, 4, 9);
        Assert.InRange(world.Document().WakeAt!.Value, world.Time.GetUtcNow(), world.Time.GetUtcNow() + TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Progress_is_told_before_it_is_written()
    {
        await using var world = new World();
        world.Provider.Progress = check => check;
        await world.Drive(world.Ask());
        await world.Until(() => world.State() is Running);
        var told = (await world.Drive(world.Request().Get(1)))!;
        var written = world.Document().Revision;

        for (var progress = 1; progress <= 4; progress++)
        {
            told = (await world.Drive(world.Request().WaitForChange(1, told.Revision)))!;
            Assert.Equal(progress, told.Progress);
        }

        Assert.Equal(written, world.Document().Revision);
        await world.Ended();
        Assert.True(world.Document().Revision > told.Revision);
    }

    [Fact]
    public async Task After_a_crash_a_job_is_asked_for_again_by_itself()
    {
        await using var world = new World();
        await world.Drive(world.Ask());
        await world.Until(() => world.Provider.Checks == 4);
        world.CrashAndStart();

        await world.Until(() => world.Provider.Checks == 5, TimeSpan.FromMinutes(2));
        await world.Ended();
        Assert.Single(world.Provider.Jobs);
        Assert.Equal(VideoStatus.Completed, (await world.Drive(world.Request().Get(1)))!.Status);
    }
}
