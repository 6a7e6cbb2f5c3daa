using System.Globalization;

namespace VideoGen.Bench;

/// <summary>A host with either engine, or a cluster of them, with its own private PostgreSQL; and what was measured of it, round by round.</summary>
internal sealed class EngineHost : IAsyncDisposable
{
    public const int Connections = 64;

    /// <summary>A host that has just started spends several times the processor time on each, and the slower the machine the longer.</summary>
    private const int AskedOfANewHost = 5_000;

    private const string Duplicate = "A video that everybody asks for again";

    private readonly string program;
    private readonly BenchFolder folder;
    private readonly Postgres postgres;
    private readonly List<BenchHost> silos;
    private List<Load> doors;
    private int asked;

    private EngineHost(string program, BenchFolder folder, BenchHost host, Postgres postgres)
    {
        this.program = program;
        this.folder = folder;
        this.postgres = postgres;
        silos = [host];
        doors = [new(host.Address, Connections)];
    }

    public List<Measured> Bare { get; } = [];

    public List<Measured> Duplicates { get; } = [];

    /// <summary>Of the host's processor time, for each duplicate of a round.</summary>
    public List<double> DuplicateMicroseconds { get; } = [];

    /// <summary>New videos; over all doors, where there are more.</summary>
    public List<Measured> Accepted { get; } = [];

    /// <summary>New videos a second, from the first ask of a round until nothing was owed any more.</summary>
    public List<double> Ended { get; } = [];

    public static async Task<EngineHost> Start(string program)
    {
        var place = new BenchFolder();
        try
        {
            var host = await BenchHost.Start(program, place.Path, Settings());
            return new(program, place, host, new(await BenchHost.DatabaseOf(place.Path)));
        }
        catch
        {
            await place.DisposeAsync();
            throw;
        }
    }

    /// <summary>A video that is there: a real one, so that asking again is answered with it. And all that is done later has been done once.</summary>
    public async Task WarmUp(TimeSpan round)
    {
        await doors[0].Make(Duplicate);
        await AnswerBare(round);
        await AnswerDuplicates(round);
        await doors[0].Run(AskedOfANewHost, _ => New());
        await Accept(round);
        Forget();
    }

    public void Forget()
    {
        Bare.Clear();
        Duplicates.Clear();
        DuplicateMicroseconds.Clear();
        Accepted.Clear();
        Ended.Clear();
    }

    public async Task AnswerBare(TimeSpan round) => Bare.Add(await doors[0].Run(round, () => Load.Get("/health/live")));

    public async Task AnswerDuplicates(TimeSpan round)
    {
        var used = Linux.Processor(silos[0].ProcessId);
        var answered = await doors[0].Run(round, () => Load.Ask(Duplicate));
        DuplicateMicroseconds.Add((Linux.Processor(silos[0].ProcessId) - used) / answered.Count * 1e6);
        Duplicates.Add(answered);
    }

    /// <summary>One round of new videos, and then until nothing is left of them to do.</summary>
    /// <returns>How many there were.</returns>
    public async Task<int> Accept(TimeSpan round)
    {
        var since = TimeProvider.System.GetTimestamp();
        var accepted = await Task.WhenAll(doors.Select(door => door.Run(round, New)));
        await postgres.Settled();
        Ended.Add(accepted.Sum(a => a.Count) / TimeProvider.System.GetElapsedTime(since).TotalSeconds);
        // The slowest door's, where there are two.
        Accepted.Add(new(accepted.Sum(a => a.PerSecond), accepted.Max(a => a.P50), accepted.Max(a => a.P99), accepted.Sum(a => a.Count)));
        await postgres.Quiet();
        return Accepted[^1].Count;
    }

    /// <summary>What each new video of one more round cost, from the ask to its ending. What the host does without being asked is in it; there are thousands of videos.</summary>
    public async Task<AcceptedCost> Cost(TimeSpan round)
    {
        var server = await postgres.ProcessId();
        var before = await postgres.Counts();
        var (host, database) = (silos.Sum(silo => Linux.Processor(silo.ProcessId)), Linux.ProcessorOfAll(server));
        var count = await Accept(round);
        var (hostAfter, databaseAfter) = (silos.Sum(silo => Linux.Processor(silo.ProcessId)), Linux.ProcessorOfAll(server));
        var after = await postgres.Counts();
        return new(after.Since(before).Each(count), (hostAfter - host) / count * 1e6, (databaseAfter - database) / count * 1e6);
    }

    /// <summary>One more silo with a door in the same cluster; the load is the same, over all doors.</summary>
    public async Task AddSilo()
    {
        silos.Add(await BenchHost.Start(program, folder.Path, [.. Settings(), ("ConnectionStrings__VideoGen", await BenchHost.DatabaseOf(folder.Path))]));
        doors.ForEach(door => door.Dispose());
        doors = [.. silos.Select(silo => new Load(silo.Address, Connections / silos.Count))];
        foreach (var door in doors) await door.Run(AskedOfANewHost, _ => New());
    }

    public async ValueTask DisposeAsync()
    {
        doors.ForEach(door => door.Dispose());
        await postgres.DisposeAsync();
        // The first has the database.
        foreach (var silo in Enumerable.Reverse(silos)) await silo.DisposeAsync();
        await folder.DisposeAsync();
    }

    /// <summary>Where a silo listens, besides its door. A host with the embedded engine has no use for it.</summary>
    private static (string, string)[] Settings()
    {
        var ports = Array.ConvertAll(Ports.Free(3), port => port.ToString(CultureInfo.InvariantCulture));
        return [("Cluster__SiloPort", ports[0]), ("Cluster__GatewayPort", ports[1]), ("Dashboard__Url", $"http://127.0.0.1:{ports[2]}")];
    }

    private HttpRequestMessage New() => Load.Ask(Load.Numbered($"{BenchHost.RefusedWord} number", Interlocked.Increment(ref asked)));
}

/// <param name="Counts">What PostgreSQL did for each.</param>
/// <param name="HostMicroseconds">Of processor time of the host, or of all silos, for each.</param>
/// <param name="ServerMicroseconds">Of PostgreSQL's.</param>
internal sealed record AcceptedCost(PostgresCounts Counts, double HostMicroseconds, double ServerMicroseconds);
