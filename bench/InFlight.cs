using System.Globalization;

// File modes: PostgreSQL's private server is for Linux alone, and so are the hosts here.
#pragma warning disable CA1416

namespace VideoGen.Bench;

/// <summary>What requests cost while their jobs run, and how long a host that was killed takes to look after all of them again.</summary>
internal static class InFlight
{
    private const int Connections = 64;

    // A minute: reminders tick once in it.
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(60), Patience = TimeSpan.FromMinutes(30);

    public static async Task Measure(string program, Flight flight)
    {
        await using var folder = new BenchFolder();
        (string, string)[] settings = [.. Settings(folder, flight)];
        (double, double) idle;
        await using (var host = await BenchHost.Start(program, folder.Path, settings))
        {
            idle = await Idle(host);
            await using var postgres = new Postgres(await BenchHost.DatabaseOf(folder.Path));
            await Fill(host, postgres, flight);
            await Flying(host, postgres, flight);
            await Kept(host, postgres, flight, idle);
        }

        await using var restarted = await BenchHost.Start(program, folder.Path, settings);
        await using var again = new Postgres(await BenchHost.DatabaseOf(folder.Path));
        await Armed(restarted, again, flight);
    }

    /// <summary>
    /// Jobs that are accepted and stay in the provider's queue: the one that is at work there never ends, because what it has for ffmpeg
    /// does nothing. So what is measured is not bounded by rendering, and all else is as it always is. A provider's disk is not ours:
    /// what it writes of its jobs goes to memory.
    /// </summary>
    internal static IEnumerable<(string, string)> Settings(BenchFolder folder, Flight flight)
    {
        var endless = Path.Combine(folder.Path, "endless");
        File.WriteAllText(endless, "#!/bin/sh\nexec tail -f /dev/null\n");
        File.SetUnixFileMode(endless, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        yield return ("Providers__Local__Ffmpeg", endless);
        yield return ("Providers__Local__Folder", Path.Combine(folder.InMemory, "local"));
        yield return ("Providers__Local__RendersAtOnce", "1");
        yield return ("Providers__Local__RenderTimeLimit", "1.00:00:00");
        yield return ("Providers__Local__UsdPerSecond", "0.5"); // With a price, so that the users' quotas are asked.
        yield return ("Budgets__GlobalDailyUsd", "1000000"); // More than all of them cost.
        yield return ("SpendBreaker__SubmitsPerMinute", "100000");
        yield return ("SpendBreaker__StreakUsd", "");
        yield return ("Requests__CheckEvery", flight.CheckEvery.ToString("c", CultureInfo.InvariantCulture));
        yield return ("Requests__JobDeadline", "1.00:00:00");
        yield return ("Requests__Deadline", "1.00:00:00");
    }

    /// <summary>What the host holds when it has done everything once, and nothing is left of that.</summary>
    private static async Task<(double Heap, double Resident)> Idle(BenchHost host)
    {
        using var load = new Load(host.Address, Connections);
        await load.Run(1_000, number => Load.Ask(Load.Numbered($"{BenchHost.RefusedWord} number", number), Load.Numbered("idle", number)));
        Table.Note($"Until the idle host has let its grains go.");
        await Until.Holds("the idle host has no grains", async () => (await host.Metrics()).Activations < 10, Patience);
        return await host.Collected();
    }

    private static async Task Fill(BenchHost host, Postgres postgres, Flight flight)
    {
        using var load = new Load(host.Address, Connections);
        var filled = await load.Run(flight.Requests, number => Load.Ask(Load.Numbered("A video in flight, number", number), Load.Numbered("user", number)));
        Table.Note($"{flight.Requests} requests: {filled.PerSecond:0}/s, p50 {filled.P50:0} ms, p99 {filled.P99:0} ms.");
        var accepted = await Until.Holds(
            "the provider has all jobs",
            async () => await postgres.Number("select count(*)::float8 from videogen.grain_state where status = 'in_progress'") == flight.Requests,
            Patience);
        Table.Note($"The provider has them, {accepted.TotalSeconds:0} s later.");
        var alone = await Until.Holds("only they are in memory", async () => (await host.Metrics()).Activations is var a && a < (flight.Requests * 1.02) + 10, Patience);
        Table.Note($"Their users' grains are gone, {alone.TotalSeconds:0} s later.");
    }

    /// <summary>What they cost in each second.</summary>
    private static async Task Flying(BenchHost host, Postgres postgres, Flight flight)
    {
        var server = await postgres.ProcessId();
        var since = TimeProvider.System.GetTimestamp();
        var (hostBefore, serverBefore, before, writingBefore) = (Linux.Processor(host.ProcessId), Linux.ProcessorOfAll(server), await host.Metrics(), await postgres.Writing());
        await Until.Holds("the window is over", () => Task.FromResult(TimeProvider.System.GetElapsedTime(since) > Window), Window * 2);
        var (hostAfter, serverAfter, after, writingAfter) = (Linux.Processor(host.ProcessId), Linux.ProcessorOfAll(server), await host.Metrics(), await postgres.Writing());
        var seconds = TimeProvider.System.GetElapsedTime(since).TotalSeconds;
        var late = await postgres.Number("select coalesce(extract(epoch from now()) - min(wake_at) / 1000.0, 0)::float8 from videogen.grain_state where wake_at is not null");
        var (checks, owed) = ((after.Checks - before.Checks) / seconds, flight.Requests / flight.CheckEvery.TotalSeconds);
        Table.Row(
            $"{flight}: jobs asked for",
            $"{checks:0}/s, the latest {late:0.0} s late; {(writingAfter - writingBefore) / seconds:0} commits/s that write, {(after.ReminderTicks - before.ReminderTicks) / seconds:0} ticks/s of reminders",
            $"{owed:0}/s",
            checks / owed,
            "1");
        Table.Row(
            $"{flight}: cores used",
            $"host {(hostAfter - hostBefore) / seconds:0.00}, PostgreSQL {(serverAfter - serverBefore) / seconds:0.00}; {(hostAfter - hostBefore) / seconds / checks * 1e6:0} and {(serverAfter - serverBefore) / seconds / checks * 1e6:0} µs for each check",
            $"this machine has {Environment.ProcessorCount}",
            (hostAfter - hostBefore + serverAfter - serverBefore) / seconds / Environment.ProcessorCount);
    }

    /// <summary>What is kept of each, in memory and on disk.</summary>
    private static async Task Kept(BenchHost host, Postgres postgres, Flight flight, (double Heap, double Resident) idle)
    {
        var count = flight.Requests;
        var (heap, resident) = await host.Collected();
        Table.Row(
            $"{flight}: bytes of the host's memory for each",
            $"{(heap - idle.Heap) / count:0} of its heap, {(resident - idle.Resident) / count:0} in all, after a full collection",
            $"the idle host: {idle.Heap / 1e6:0} MB of heap, {idle.Resident / 1e6:0} MB in all",
            goal: "6000");
        var states = await postgres.Number("select pg_total_relation_size('videogen.grain_state')::float8");
        var all = await postgres.Number("select sum(pg_total_relation_size(relid))::float8 from pg_stat_user_tables where schemaname = 'videogen'");
        var document = await postgres.Number("select avg(pg_column_size(s.*))::float8 from videogen.grain_state s where status = 'in_progress'");
        Table.Row(
            $"{flight}: bytes of the database for each",
            $"{states / count:0} of grain_state, {all / count:0} in all",
            $"its row: {document:0}",
            states / count / document);
    }

    /// <summary>
    /// Armed is a request that something wakes: a reminder, which the host has read before it listens, or an activation with a timer,
    /// which its reminder or the sweep at the start makes, whichever comes first.
    /// </summary>
    private static async Task Armed(BenchHost host, Postgres postgres, Flight flight)
    {
        var count = flight.Requests;
        var listens = TimeProvider.System.GetTimestamp();
        var unreminded = await postgres.Number(
            """
            select count(*)::float8 from videogen.grain_state s
            where s.wake_at is not null and not exists (select from videogen.reminders r where r.grain_type = s.state_name and r.grain_key = s.grain_key)
            """);
        await Until.Holds("all are in memory", async () => (await host.Metrics()).Activations >= count, Patience);
        var active = TimeProvider.System.GetElapsedTime(listens);
        await Until.Holds("the sweep has woken all", async () => (await host.Metrics()).Woken >= count, Patience);
        var woken = TimeProvider.System.GetElapsedTime(listens);
        var read = await postgres.ReadOwed();
        Table.Row(
            $"{flight}: restart after a kill",
            $"listens after {host.StartTook.TotalSeconds:0.0} s, {count - unreminded:0} armed by their reminders then; all are in memory after {(host.StartTook + active).TotalSeconds:0.0} s, and woken by the sweep after {(host.StartTook + woken).TotalSeconds:0.0} s",
            $"reading all their documents over one connection, with the host at work: {read.TotalSeconds:0.0} s",
            (host.StartTook + active) / read);
    }
}
