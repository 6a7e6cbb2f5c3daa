using System.Globalization;
using System.Text.Json;
using VideoGen.Bench;

// Each figure beside what bounds it, measured in turns in one run: a busy machine slows both.
const int Connections = 64, Rounds = 3, Starts = 3;

// The server has 100 connections, and the host keeps most of them.
const int InsertingConnections = 16;

var program = args[0];
var round = TimeSpan.FromSeconds(args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 5);
var folder = Directory.CreateTempSubdirectory("videogen-bench-").FullName;
try
{
    var starts = new List<TimeSpan>();
    await (await BenchHost.Start(program, folder)).DisposeAsync(); // The first makes the database.
    for (var i = 0; i < Starts; i++)
    {
        var started = await BenchHost.Start(program, folder);
        starts.Add(started.StartTook);
        await started.DisposeAsync();
    }

    await using var host = await BenchHost.Start(program, folder);
    await using var postgres = new Postgres(await BenchHost.DatabaseOf(folder));
    await postgres.Prepare();
    using var load = new Load(host.Address, Connections);
    var unique = 0;
    HttpRequestMessage New() => Load.Ask(string.Create(CultureInfo.InvariantCulture, $"{BenchHost.RefusedWord} number {Interlocked.Increment(ref unique)}"));

    // A video that is there: a real one, so that asking again is answered with it.
    var duplicate = await Made(host.Address);
    await load.Run(round, () => Load.Get("/health/live"));
    await load.Run(round, () => Load.Ask(duplicate));
    await load.Run(round, New);

    List<Measured> bare = [], duplicates = [], accepted = [];
    List<double> inserts = [];
    var (commits, bytes, asked) = (0L, 0L, 0L);
    for (var i = 0; i < Rounds; i++)
    {
        bare.Add(await load.Run(round, () => Load.Get("/health/live")));
        duplicates.Add(await load.Run(round, () => Load.Ask(duplicate)));
        inserts.Add(await postgres.Inserts(round, InsertingConnections, folder));
        await Quiet(postgres);
        var before = await postgres.Written();
        accepted.Add(await load.Run(round, New));
        await Quiet(postgres);
        var after = await postgres.Written();
        (commits, bytes, asked) = (commits + after.Commits - before.Commits, bytes + after.Bytes - before.Bytes, asked + accepted[^1].Count);
    }

    var (b, d, a, p) = (Measured.Middle(bare), Measured.Middle(duplicates), Measured.Middle(accepted), inserts.Order().ElementAt(Rounds / 2));
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
        | what | here | beside | ratio | goal |
        |---|---|---|---|---|
        | duplicates answered, {Connections} connections | {d.PerSecond:0}/s, p50 {d.P50:0.0} ms, p99 {d.P99:0.0} ms | bare endpoint of the same host: {b.PerSecond:0}/s, p50 {b.P50:0.0} ms, p99 {b.P99:0.0} ms | {d.PerSecond / b.PerSecond:0.00} | 0.7 |
        | new videos accepted, {Connections} connections | {a.PerSecond:0}/s, p50 {a.P50:0.0} ms, p99 {a.P99:0.0} ms | pgbench, single-row inserts over {InsertingConnections} connections: {p:0}/s | {a.PerSecond / p:0.00} | 0.5 |
        | commits of a request, to its ending | {(double)commits / asked:0.0} | | | 10 |
        | bytes of write-ahead log of a request | {bytes / asked} | | | |
        | start with an existing database | {starts.Order().ElementAt(Starts / 2).TotalSeconds:0.0} s | | | 1.5 s |
        """));
}
finally
{
    Directory.Delete(folder, recursive: true);
}

static async Task<string> Made(Uri address)
{
    const string Prompt = "A video that everybody asks for again";
    using var http = new HttpClient { BaseAddress = address };
    using var ask = await http.SendAsync(Load.Ask(Prompt));
    var id = JsonDocument.Parse(await ask.Content.ReadAsStringAsync()).RootElement.GetProperty("id").GetString();
    for (var i = 0; i < 10; i++)
    {
        var video = JsonDocument.Parse(await http.GetStringAsync(new Uri($"/v1/videos/{id}?wait=30", UriKind.Relative))).RootElement;
        if (video.GetProperty("status").GetString() == "completed") return Prompt;
    }

    throw new InvalidOperationException("The first video did not come.");
}

// Until nothing was written for a second: what was accepted in the round before has come to its ending.
static async Task Quiet(Postgres postgres)
{
    using var ticks = new PeriodicTimer(TimeSpan.FromSeconds(1), TimeProvider.System);
    var last = await postgres.Written();
    while (await ticks.WaitForNextTickAsync())
    {
        var now = await postgres.Written();
        if (now.Bytes - last.Bytes < 50_000) return;
        last = now;
    }
}
