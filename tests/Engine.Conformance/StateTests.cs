using Orleans.Storage;
using VideoGen.Engine.Conformance.Grains;

namespace VideoGen.Engine.Conformance;

public sealed class StateTests
{
    private static readonly GrainId Id = GrainId.Create("state", "v-1");

    [Fact]
    public async Task Without_a_row_the_document_is_new()
    {
        await using var world = await World.Start();
        var grain = world.Grain<IStateGrain>();
        Assert.Equal(0, await grain.Value());
        Assert.False(await grain.Exists());
        Assert.Null(await grain.Etag());
    }

    [Fact]
    public async Task What_was_written_is_there_after_a_restart()
    {
        World before;
        await using (before = await World.Start())
        {
            await before.Grain<IStateGrain>().Set(7);
            Assert.Equal("1", await before.Grain<IStateGrain>().Etag());
            Assert.True(await before.Grain<IStateGrain>().Exists());
        }

        await using var world = await World.Start(before);
        Assert.Equal(7, await world.Grain<IStateGrain>().Value());
        Assert.Equal("1", await world.Grain<IStateGrain>().Etag());
    }

    [Fact]
    public async Task A_named_state_lives_in_the_named_storage_under_its_own_name()
    {
        await using var world = await World.Start();
        await world.Storage.Overwrite<NumberDocument>("second", Id, document => document.Value = 5);
        Assert.Equal(5, await world.Grain<IStateGrain>().NamedValue());
        Assert.Equal(0, await world.Grain<IStateGrain>().Value());
    }

    [Fact]
    public async Task A_lost_race_is_an_InconsistentStateException_and_the_grain_starts_again_from_the_row()
    {
        await using var world = await World.Start();
        var grain = world.Grain<IStateGrain>();
        await grain.Set(1);
        await world.Storage.Overwrite<NumberDocument>("number", Id, document => document.Value = 50);
        await Assert.ThrowsAsync<InconsistentStateException>(() => grain.Set(2));
        Assert.Equal(50, await grain.Value().WaitAsync(World.Patience));
        await grain.Set(3);
        Assert.Equal(3, await grain.Value());
    }

    [Fact]
    public async Task A_lost_race_that_the_grain_catches_leaves_it_alive()
    {
        await using var world = await World.Start();
        var grain = world.Grain<IStateGrain>();
        await grain.Set(1);
        await world.Storage.Overwrite<NumberDocument>("number", Id, document => document.Value = 50);
        Assert.Equal("inconsistent", await grain.SetAndCatch(2));
        Assert.Equal(2, await grain.Value());
        await grain.ReadAgain();
        Assert.Equal(50, await grain.Value());
    }

    [Fact]
    public async Task Another_error_of_the_storage_comes_wrapped()
    {
        await using var world = await World.Start();
        world.Script.Break("write", new IOException("disk full"));
        Assert.Equal("wrapped IOException", await world.Grain<IStateGrain>().SetAndCatch(2));
    }

    [Fact]
    public async Task An_error_of_the_first_read_fails_the_activation()
    {
        await using var world = await World.Start();
        world.Script.Break("read", new IOException("gone"));
        var failure = await Assert.ThrowsAsync<OrleansException>(() => world.Grain<IStateGrain>().Value());
        Assert.IsType<IOException>(failure.InnerException);
        world.Script.Break("read", null);
        Assert.Equal(0, await world.Grain<IStateGrain>().Value());
    }

    /// <summary>
    /// Orleans puts writes in a row from 10.4 on. Before that it hands each to the storage at once, so that the later ones lose the race
    /// with the first, or worse: a grain must have one write under way, as those that commit have.
    /// </summary>
    [Fact]
    public async Task Interleaved_writes_wait_for_the_one_that_runs_and_then_share_one_row_on_Orleans_from_10_4_on()
    {
        await using var world = await World.Start();
        var grain = world.Grain<IStateGrain>();
        await grain.Value();
        world.Storage.HoldsWrites = true;
        var first = grain.Add(1);
        await world.Script.Reached("write");
        var later = Enumerable.Range(0, 20).Select(_ => grain.Add(1)).ToArray();
        await world.Idle();
        Assert.Equal(World.QueuesWrites ? 1 : 21, world.Script.Count("storage: write"));
        Assert.Equal(World.QueuesWrites ? 1 : 21, world.Storage.MostWritesAtOnce);
        world.Script.Open("write");
        if (!World.QueuesWrites)
            return;
        await Task.WhenAll([first, .. later]).WaitAsync(World.Patience);
        Assert.Equal(2, world.Script.Count("storage: write"));
        Assert.Equal(21, await grain.Value());
        Assert.Equal("2", await grain.Etag());
    }

    /// <summary>Where writes stand in a row, one takes the document as it is when its turn comes; else as it was when it was asked for.</summary>
    [Fact]
    public async Task A_write_takes_with_it_what_changes_before_the_turn_ends_on_Orleans_from_10_4_on()
    {
        await using var world = await World.Start();
        await world.Grain<IStateGrain>().SetTwiceWithoutWaiting(1, 2);
        var row = new GrainState<NumberDocument>(new());
        await world.Storage.ReadStateAsync("number", Id, row);
        Assert.Equal(World.QueuesWrites ? 2 : 1, row.State!.Value);
    }

    [Fact]
    public async Task Grains_that_commit_have_one_write_under_way_whether_the_engine_puts_writes_in_a_row_or_not()
    {
        await using var world = await World.Start();
        var grain = world.Grain<ICommitGrain>();
        await grain.Value();
        world.Storage.HoldsWrites = true;
        var first = grain.Add(1);
        await world.Script.Reached("write");
        var later = Enumerable.Range(0, 20).Select(_ => grain.Add(1)).ToArray();
        await world.Idle();
        Assert.Equal(1, world.Script.Count("storage: write"));
        world.Script.Open("write");
        await Task.WhenAll([first, .. later]).WaitAsync(World.Patience);
        Assert.Equal(2, world.Script.Count("storage: write"));
        Assert.Equal(1, world.Storage.MostWritesAtOnce);
        Assert.Equal(21, await grain.Value());
    }

    [Fact]
    public async Task State_off_the_context_is_refused()
    {
        await using var world = await World.Start();
        Assert.Equal("refused", await world.Grain<IStateGrain>().TouchOffContext());
        var leaving = world.Grain<IStateGrain>().TouchAfterLeavingTheContext();
        await world.Script.Reached("outside");
        await world.Idle();
        world.Script.Open("outside");
        Assert.Equal("refused", await leaving.WaitAsync(World.Patience));
    }
}
