namespace VideoGen.Bench;

/// <summary>How fast the host starts, answers duplicates, and takes new requests.</summary>
internal static class DoorSpeed
{
    private const int Connections = 64, Turns = 3, Starts = 3;

    // The server has 100 connections, and the host keeps most of them.
    private const int InsertingConnections = 16;

    public static async Task Measure(Arguments arguments)
    {
        await using var folder = new BenchFolder();
        await (await BenchHost.Start(arguments.Program, folder.Path)).DisposeAsync(); // The first makes the database.
        var starts = new List<TimeSpan>();
        for (var i = 0; i < Starts; i++)
        {
            await using var started = await BenchHost.Start(arguments.Program, folder.Path);
            starts.Add(started.StartTook);
        }

        Table.Row($"start with an existing database", $"{starts.Order().ElementAt(Starts / 2).TotalSeconds:0.0} s", goal: "1.5 s");
        await using var host = await BenchHost.Start(arguments.Program, folder.Path);
        await using var postgres = new Postgres(await BenchHost.DatabaseOf(folder.Path));
        await postgres.Prepare();
        await Answers(arguments.Round, folder.Path, host, postgres);
    }

    private static async Task Answers(TimeSpan round, string folder, BenchHost host, Postgres postgres)
    {
        using var load = new Load(host.Address, Connections);
        var unique = 0;
        HttpRequestMessage New() => Load.Ask(Load.Numbered($"{BenchHost.RefusedWord} number", Interlocked.Increment(ref unique)));

        // A video that is there: a real one, so that asking again is answered with it.
        const string Duplicate = "A video that everybody asks for again";
        await load.Make(Duplicate);
        await load.Run(round, () => Load.Get("/health/live"));
        await load.Run(round, () => Load.Ask(Duplicate));
        await load.Run(round, New);

        List<Measured> bare = [], duplicates = [], accepted = [];
        List<double> inserts = [];
        for (var turn = 0; turn < Turns; turn++)
        {
            bare.Add(await load.Run(round, () => Load.Get("/health/live")));
            duplicates.Add(await load.Run(round, () => Load.Ask(Duplicate)));
            await postgres.Quiet();
            inserts.Add(await postgres.Inserts(round, InsertingConnections, folder));
            accepted.Add(await load.Run(round, New));
            await postgres.Quiet();
        }

        var (b, d, a, p) = (Measured.Middle(bare), Measured.Middle(duplicates), Measured.Middle(accepted), inserts.Order().ElementAt(Turns / 2));
        Table.Row(
            $"duplicates answered, {Connections} connections",
            $"{d.PerSecond:0}/s, p50 {d.P50:0.0} ms, p99 {d.P99:0.0} ms",
            $"bare endpoint of the same host: {b.PerSecond:0}/s, p50 {b.P50:0.0} ms, p99 {b.P99:0.0} ms",
            d.PerSecond / b.PerSecond,
            "0.7");
        Table.Row(
            $"new videos accepted, {Connections} connections",
            $"{a.PerSecond:0}/s, p50 {a.P50:0.0} ms, p99 {a.P99:0.0} ms",
            $"pgbench, single-row inserts over {InsertingConnections} connections: {p:0}/s",
            a.PerSecond / p,
            "0.5");
    }
}
