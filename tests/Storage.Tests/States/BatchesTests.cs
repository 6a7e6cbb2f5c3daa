using System.Runtime.CompilerServices;
using VideoGen.Storage.States;
using VideoGen.Storage.Tests.Waiting;

namespace VideoGen.Storage.Tests.States;

public sealed class BatchesTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly List<int[]> sent = [];
    private readonly Queue<TaskCompletionSource> answers = new();
    private readonly ManualTime time = new();

    [Fact]
    public async Task Who_finds_a_lane_free_is_sent_at_once_and_who_does_not_goes_with_the_others()
    {
        await OnNoContext();
        var batches = New(lanes: 2, largest: 3);

        List<Task<int>> asked = [.. Enumerable.Range(1, 7).Select(batches.Ask)];
        Assert.Equal([[1], [2]], sent);

        answers.Dequeue().SetResult();
        Assert.Equal([[1], [2], [3, 4, 5]], sent);

        while (answers.TryDequeue(out var answer)) answer.SetResult();
        var results = await Task.WhenAll(asked);
        Assert.Equal([10, 20, 30, 40, 50, 60, 70], results);
        Assert.Equal([[1], [2], [3, 4, 5], [6, 7]], sent);
    }

    [Fact]
    public async Task What_goes_wrong_is_the_answer_of_that_batch_alone()
    {
        await OnNoContext();
        var batches = New(lanes: 1, largest: 2);
        List<Task<int>> asked = [.. Enumerable.Range(1, 4).Select(batches.Ask)];

        answers.Dequeue().SetException(new IOException("away"));
        while (answers.TryDequeue(out var answer)) answer.SetResult();

        Assert.Equal("away", (await Assert.ThrowsAsync<IOException>(() => asked[0])).Message);
        var others = await Task.WhenAll(asked.Skip(1));
        Assert.Equal([20, 30, 40], others);
    }

    [Fact]
    public async Task Who_waited_too_long_is_not_sent_any_more()
    {
        await OnNoContext();
        var batches = New(lanes: 1, largest: 1);
        List<Task<int>> asked = [.. Enumerable.Range(1, 3).Select(batches.Ask)];

        time.Advance(Patience + TimeSpan.FromSeconds(1));
        var late = batches.Ask(4);
        while (answers.TryDequeue(out var answer)) answer.SetResult();

        Assert.Equal(10, await asked[0]);
        await Assert.ThrowsAsync<TimeoutException>(() => asked[1]);
        await Assert.ThrowsAsync<TimeoutException>(() => asked[2]);
        Assert.Equal(40, await late);
        Assert.Equal([[1], [4]], sent);
    }

    [Fact]
    public async Task A_lane_carries_nobodys_ambient_values()
    {
        await OnNoContext();
        var ambient = new AsyncLocal<string?>();
        var seen = new List<string?>();
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var batches = new Batches<int, int>(lanes: 1, largest: 1, Patience, time, async batch =>
        {
            await gate.Task.ConfigureAwait(false);
            seen.Add(ambient.Value);
            batch[0].Succeed(0);
        });

        ambient.Value = "the first caller's";
        var asked = new[] { batches.Ask(1), batches.Ask(2) };
        gate.SetResult();
        await Task.WhenAll(asked);

        Assert.Equal([null, null], seen);
    }

    /// <summary>From here on what is answered goes on at once, on the thread that answers it: a test's context would queue it.</summary>
    private static ConfiguredTaskAwaitable OnNoContext() => Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);

    private Batches<int, int> New(int lanes, int largest) => new(lanes, largest, Patience, time, async batch =>
    {
        sent.Add([.. batch.Select(pending => pending.Ask)]);
        var answer = new TaskCompletionSource();
        answers.Enqueue(answer);
        await answer.Task.ConfigureAwait(false);
        foreach (var pending in batch) pending.Succeed(pending.Ask * 10);
    });
}
