using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using VideoGen.Storage.Processes;
using VideoGen.Tests;

namespace VideoGen.Storage.Tests;

public sealed class WatchedProcessTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Lines_come_in_order_and_all_before_the_exit_code()
    {
        var lines = new ConcurrentQueue<string>();
        await using var process = Sh("i=0; while [ $i -lt 1000 ]; do echo line $i; i=$((i+1)); done; printf last; exit 7", new() { OnOutputLine = lines.Enqueue });

        Assert.Equal(7, await process.Exited.WaitAsync(Deadline));
        Assert.Equal([.. Enumerable.Range(0, 1000).Select(i => $"line {i}"), "last"], lines);
    }

    [Fact]
    public async Task A_line_arrives_while_the_child_still_runs()
    {
        var first = new TaskCompletionSource<string>();
        await using var process = Sh("echo progress; exec sleep 1000", new() { OnOutputLine = l => first.TrySetResult(l) });

        Assert.Equal("progress", await first.Task.WaitAsync(Deadline));
        Assert.False(process.Exited.IsCompleted);
    }

    [Fact]
    public async Task Arguments_reach_the_child_as_they_are()
    {
        string[] arguments = ["$HOME", "`id`", "a b", "'", "\"", "*", "", "-n", "é\n;exit 3"];
        var lines = new ConcurrentQueue<string>();
        await using var process = WatchedProcess.Start("printf", ["[%s]\n", .. arguments], new() { OnOutputLine = lines.Enqueue });

        Assert.Equal(0, await process.Exited.WaitAsync(Deadline));
        Assert.Equal(string.Concat(arguments.Select(a => $"[{a}]\n")), string.Concat(lines.Select(l => l + "\n")));
    }

    [Fact]
    public async Task Folder_and_environment_are_the_childs_own()
    {
        await using var process = Sh("pwd; echo ${GIVEN-unset}; echo ${HOME-unset}", new()
        {
            WorkingDirectory = "/usr",
            Environment = new Dictionary<string, string?> { ["GIVEN"] = "yes", ["HOME"] = null },
        });

        Assert.Equal(0, await process.Exited.WaitAsync(Deadline));
        Assert.Equal("/usr\nyes\nunset\n", process.Output);
    }

    [Fact]
    public async Task Only_the_end_of_the_output_is_kept()
    {
        await using var process = Sh("head -c 3000000 /dev/zero | tr '\\0' x >&2; printf end >&2", new() { KeptCharacters = 1000 });

        Assert.Equal(0, await process.Exited.WaitAsync(Deadline));
        Assert.Equal(1000, process.Errors.Length);
        Assert.EndsWith("xend", process.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_without_an_end_does_not_fill_the_memory()
    {
        var longest = 0;
        await using var process = Sh("head -c 1000000 /dev/zero | tr '\\0' x", new() { OnOutputLine = l => longest = Math.Max(longest, l.Length) });

        Assert.Equal(0, await process.Exited.WaitAsync(Deadline));
        Assert.Equal(64 * 1024, longest);
    }

    [Fact]
    public async Task A_missing_program_is_exit_code_127_with_the_reason()
    {
        await using var process = WatchedProcess.Start("/nowhere/program", []);

        Assert.Equal(127, await process.Exited.WaitAsync(Deadline));
        Assert.Contains("not found", process.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kill_ends_the_child_and_what_it_started_at_once()
    {
        var pids = new ConcurrentQueue<int>();
        await using var process = Sh("sleep 1000 & echo $!; echo $$; trap '' INT TERM HUP; wait; sleep 1000", Pids(pids));
        await Condition.Comes("both pids", () => pids.Count == 2);

        var start = Stopwatch.GetTimestamp();
        process.Kill();
        Assert.Equal(137, await process.Exited.WaitAsync(Deadline));

        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(2), "The kill took long.");
        foreach (var pid in pids)
        {
            await Condition.Comes($"end of {pid}", () => !Condition.Runs(pid));
        }
    }

    [Fact]
    public async Task What_the_child_leaves_behind_ends_with_it()
    {
        var pids = new ConcurrentQueue<int>();
        await using var process = Sh("sleep 1000 & echo $!", Pids(pids));

        Assert.Equal(0, await process.Exited.WaitAsync(Deadline));
        var left = Assert.Single(pids);
        await Condition.Comes("end of the child's child", () => !Condition.Runs(left));
    }

    [Fact]
    public async Task A_listener_that_throws_ends_the_child_and_is_heard()
    {
        await using var process = Sh("while :; do echo more; done", new() { OnOutputLine = _ => throw new FormatException("not a number") });

        await Assert.ThrowsAsync<FormatException>(() => process.Exited.WaitAsync(Deadline));
    }

    [Fact]
    public async Task Kill_and_dispose_may_come_again_and_after_the_end()
    {
        var process = Sh("exit 0");
        await process.Exited.WaitAsync(Deadline);
        process.Kill();
        await process.DisposeAsync();
        await process.DisposeAsync();
        process.Kill();
    }

    [Fact]
    public async Task A_stop_sent_to_the_watcher_does_not_part_it_from_its_child()
    {
        var pids = new ConcurrentQueue<int>();
        await using var process = Sh("echo $PPID; echo $$; exec sleep 1000", Pids(pids));
        await Condition.Comes("both pids", () => pids.Count == 2);
        await Signals.Send("TERM", pids.First());

        Assert.False(process.Exited.IsCompleted);
        process.Kill();
        Assert.Equal(137, await process.Exited.WaitAsync(Deadline));
        Assert.False(Condition.Runs(pids.Last()));
    }

    [Fact]
    public async Task Every_child_ends_when_the_host_is_killed()
    {
        const string child = "echo $PPID; echo $$; exec sleep 1000";
        await using var host = HostProcess.Start("children", child, child, child);
        int[] pids = [await host.ReadPid(), await host.ReadPid(), await host.ReadPid(), await host.ReadPid(), await host.ReadPid(), await host.ReadPid()];
        Assert.All(pids, p => Assert.True(Condition.Runs(p)));

        await host.Kill();

        foreach (var pid in pids)
        {
            await Condition.Comes($"end of {pid}", () => !Condition.Runs(pid), withinSeconds: 5);
        }
    }

    private static WatchedProcess Sh(string script, WatchedProcessOptions? options = null) => WatchedProcess.Start("sh", ["-c", script], options);

    private static WatchedProcessOptions Pids(ConcurrentQueue<int> pids) =>
        new() { OnOutputLine = l => pids.Enqueue(int.Parse(l, CultureInfo.InvariantCulture)) };
}
