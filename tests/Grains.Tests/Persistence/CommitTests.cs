using Microsoft.Extensions.Logging.Abstractions;
using VideoGen.Engine.Simulation;
using VideoGen.Grains.Persistence;
using VideoGen.Reports;

namespace VideoGen.Grains.Tests.Persistence;

/// <summary>What a commit answers, whatever the storage and its neighbours do.</summary>
public sealed class CommitTests
{
    private static readonly DateTimeOffset T = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private readonly VirtualTimeProvider time = new(T);

    [Fact]
    public async Task A_change_that_comes_after_one_in_doubt_was_given_up_is_judged_by_what_is_on_disk()
    {
        var disk = new Slot();
        var commit = Make(disk);
        Task<Number>? next = null;
        disk.OnWrite = () => throw new IOException("Its answer was lost."); // It landed.
        disk.OnRead = () =>
        {
            if (time.GetUtcNow() - T < Commit<Number>.GiveUpAfter) throw new IOException("Nothing can be read.");
            if (next is not null) return; // From now on reading works.
            next = commit.Record(number => number); // Comes while the last try of the first is on its way.
            throw new IOException("Nothing can be read.");
        };

        Task<Number>? first = null;
        await Pass(() => first = commit.Record(number => new(number.Value + 1)), () => first is { IsCompleted: true } && next is { IsCompleted: true });
        await Assert.ThrowsAsync<CommitUnknownException>(() => first!);
        Assert.Equal(1, (await next!).Value);
    }

    [Fact]
    public async Task A_change_that_throws_fails_alone_and_at_once()
    {
        var disk = new Slot();
        var commit = Make(disk);
        var open = new TaskCompletionSource();
        disk.Wait = open.Task; // The first write is on its way while the others come, so that they share the next.
        Task<Number>? first = null, bug = null, last = null;
        await Pass(
            () =>
            {
                first = commit.Record(number => new(number.Value + 1));
                bug = commit.Record(_ => throw new InvalidTimeZoneException("a bug"));
                last = commit.Record(number => new(number.Value + 10));
                open.SetResult();
            },
            () => first is { IsCompleted: true } && bug is { IsCompleted: true } && last is { IsCompleted: true });
        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => bug!);
        Assert.Equal(11, (await last!).Value);
        Assert.Equal(T, time.GetUtcNow());
    }

    private Commit<Number> Make(Slot disk) => new(disk, number => number, (_, _) => { }, time, new VideoGenTelemetry(), NullLogger.Instance, "test");

    /// <summary>Does something on turns of its own, as a grain would, then moves the clock from one due timer to the next until it is done.</summary>
    private async Task Pass(Action begin, Func<bool> done)
    {
        await using var built = new EmbeddedEngineBuilder(time).Build();
        await built.Engine.OpenClient("test").Run(() =>
        {
            begin();
            return Task.CompletedTask;
        });
        for (var i = 0; i < 2_000; i++)
        {
            await built.Engine.WhenIdle();
            if (done()) return;
            if (time.NextDue is { } due) time.AdvanceTo(due);
        }

        Assert.Fail("It was never done.");
    }

    internal sealed record Number(int Value)
    {
        public Number() : this(0) { }
    }

    private sealed class Slot : IPersistentState<Number>
    {
        private Number row = new();

        public Action? OnWrite { get; set; }

        public Action? OnRead { get; set; }

        public Task Wait { get; set; } = Task.CompletedTask;

        public Number State { get; set; } = new();

        public string? Etag => null;

        public bool RecordExists => true;

        public async Task WriteStateAsync()
        {
            row = State;
            await Wait;
            OnWrite?.Invoke();
        }

        public async Task ReadStateAsync()
        {
            await Task.Yield();
            OnRead?.Invoke();
            State = row;
        }

        public Task ClearStateAsync() => throw new NotSupportedException();

        public Task WriteStateAsync(CancellationToken cancellationToken) => WriteStateAsync();

        public Task ReadStateAsync(CancellationToken cancellationToken) => ReadStateAsync();

        public Task ClearStateAsync(CancellationToken cancellationToken) => ClearStateAsync();
    }
}
