namespace VideoGen.Bench;

/// <summary>What one request costs the database, from the ask to its ending: one that is refused by the provider, and one that becomes a video.</summary>
internal static class RequestCost
{
    private const int Refused = 1_000, Videos = 24, Connections = 16;

    /// <summary>How long the idle host is watched; several sweeps long.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(45);

    private static readonly TimeSpan ProviderTakes = TimeSpan.FromMinutes(3);

    /// <summary>That a job still runs is written when it has not been for 30 s and is found so again, which is looked for every 5 s.</summary>
    private static readonly TimeSpan RunningIsWrittenEvery = TimeSpan.FromSeconds(35);

    public static async Task Measure(Arguments arguments)
    {
        await using var folder = new BenchFolder();
        // With a price, so that the users' quotas are asked; each user asks for one video.
        await using var host = await BenchHost.Start(arguments.Program, folder.Path, ("Providers__Local__UsdPerSecond", "0.5"));
        await using var postgres = new Postgres(await BenchHost.DatabaseOf(folder.Path));
        using var load = new Load(host.Address, Connections);
        await load.Make("The first one, which finds nothing prepared", "user-0");

        Table.Note($"What the idle host writes, for {Idle.TotalSeconds} s.");
        var since = TimeProvider.System.GetTimestamp();
        var before = await postgres.Counts();
        await Until.Holds("the idle time", () => Task.FromResult(TimeProvider.System.GetElapsedTime(since) > Idle), Idle * 2);
        var idle = (await postgres.Counts()).Since(before).Each(TimeProvider.System.GetElapsedTime(since).TotalSeconds);

        var refused = await Cost(postgres, idle, Refused, async () =>
        {
            await load.Run(Refused, number => Load.Ask(Load.Numbered($"{BenchHost.RefusedWord} number", number), Load.Numbered("refused", number)));
            await postgres.Settled();
        });
        Table.Row($"commits of a request that the provider refuses, to its ending", $"{refused.Writing:0.0} that write, {refused.Transactions:0.0} with those that read; {refused.Bytes:0} bytes of write-ahead log", goal: "10 commits");

        Table.Note($"{Videos} videos, rendered by ffmpeg.");
        var video = await Cost(postgres, idle, Videos, async () =>
        {
            await Task.WhenAll(Enumerable.Range(1, Videos).Select(mine => load.Make(Load.Numbered("An ordinary video, number", mine), Load.Numbered("user", mine))));
            await postgres.Settled();
        });
        Table.Row(
            $"commits of a request that becomes a video, to the last thing that is owed",
            $"{video.Writing:0.0} that write, {video.Transactions:0.0} with those that read; {video.Bytes:0} bytes of write-ahead log",
            goal: "10 commits");
        Table.Row(
            $"the same with a provider that takes {ProviderTakes.TotalMinutes} minutes, reckoned",
            $"{video.Writing + Math.Floor(ProviderTakes / RunningIsWrittenEvery):0.0} that write",
            $"one more for each {RunningIsWrittenEvery.TotalSeconds} s that the job runs",
            goal: "10 commits");
        foreach (var (rows, times) in video.Rows.Where(rows => rows.Value >= 0.05).OrderByDescending(rows => rows.Value)) Table.Row($"… rows written of the {rows}", $"{times:0.0}");
    }

    /// <summary>What each of so many requests cost, without what the idle host does in that time.</summary>
    private static async Task<PostgresCounts> Cost(Postgres postgres, PostgresCounts idle, int requests, Func<Task> work)
    {
        var before = await postgres.Counts();
        var since = TimeProvider.System.GetTimestamp();
        await work();
        var after = await postgres.Counts();
        var seconds = TimeProvider.System.GetElapsedTime(since).TotalSeconds;
        return after.Since(before).Without(idle, seconds).Each(requests);
    }
}
