using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Npgsql;
using VideoGen.Silo.Tests.Architecture;
using VideoGen.Silo.Tests.Hosting;
using VideoGen.Silo.Tests.Providers;
using VideoGen.Tests;

namespace VideoGen.Silo.Tests.Clusters;

/// <summary>
/// Silos of one cluster, each a real process with the door in it, on Orleans: one database, one store of videos and pictures, and one
/// provider, whose jobs and log are in a folder that all share. When it is disposed no process of it is left.
/// </summary>
internal sealed class ClusterUnderTest : IAsyncDisposable
{
    /// <summary>Below the range from which Linux gives ports to outgoing connections, and beside those of the test's PostgreSQL.</summary>
    private const int FirstPort = 10_000, EndOfPorts = 20_000;

    private readonly TestDatabase database = new();
    private readonly (string Name, string Value)[] settings;
    private readonly List<RunningHost> silos = [], hosts = [];

    private ClusterUnderTest((string Name, string Value)[] settings) => this.settings = settings;

    public string Folder { get; } = Directory.CreateTempSubdirectory("videogen-cluster-").FullName;

    public string ConnectionString => database.ConnectionString;

    /// <summary>Those that were started last with their numbers, from 0 on, alive or not.</summary>
    public IReadOnlyList<RunningHost> Silos => silos;

    /// <summary>What the provider says it was asked and did, by whichever silo.</summary>
    public IReadOnlyList<JsonElement> ProviderLog => RunningHost.ReadProviderLog(Folder);

    /// <param name="count">How many silos.</param>
    /// <param name="settings">Environment variables of each, beside what makes a cluster of them.</param>
    public static async Task<ClusterUnderTest> Start(int count, params (string Name, string Value)[] settings)
    {
        var cluster = new ClusterUnderTest(settings);
        try
        {
            await cluster.database.InitializeAsync();
            for (var number = 0; number < count; number++) await cluster.StartSilo(number);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a silo that there was not yet, or one that has ended.</summary>
    /// <param name="number">Its number: the next one, or that of one that has ended.</param>
    /// <param name="own">Environment variables of this one alone.</param>
    public async Task<RunningHost> StartSilo(int number, params (string Name, string Value)[] own)
    {
        var silo = await StartHost("Orleans", number, own);
        if (number == silos.Count) silos.Add(silo);
        else silos[number] = silo;
        return silo;
    }

    /// <summary>A host with an engine, on what all of them share. It is not one of the silos.</summary>
    public async Task<RunningHost> StartHost(string engine, params (string Name, string Value)[] own)
    {
        var host = await StartHost(engine, 0, own);
        hosts.Add(host);
        return host;
    }

    private Task<RunningHost> StartHost(string engine, int number, params (string Name, string Value)[] own)
    {
        var folder = Directory.CreateDirectory(FolderOf(number)).FullName;
        return RunningHost.StartBuild(
            Path.Combine(TidyTests.Repository, "Silo", "bin", engine, "Release", "net10.0", "videogen.dll"),
            folder,
            [
                ("ConnectionStrings__VideoGen", ConnectionString),
                ("Store__Folder", Path.Combine(Folder, "videos")),
                ("Store__Inputs", Path.Combine(Folder, "inputs")),
                ("Providers__Local__Folder", Path.Combine(Folder, "local")),
                .. settings,
                .. own,
            ]);
    }

    /// <summary>The data folder of a silo, from one start of it to the next.</summary>
    public string FolderOf(int number) => Path.Combine(Folder, $"silo-{number}");

    /// <summary>The silo that last wrote down that it moved a request: there its activation is. What a silo says comes a moment after what it did.</summary>
    public Task<RunningHost> OwnerOf(string videoId) => Eventually.Get($"a silo has said that it moved {videoId}", () => Task.FromResult(silos
        .Where(silo => WasAt(silo, videoId))
        .MaxBy(silo => JsonDocument.Parse(LastMove(silo, videoId)!).RootElement.GetProperty("Timestamp").GetString(), StringComparer.Ordinal)));

    /// <summary>Whether a silo ever wrote down that it moved a request.</summary>
    public static bool WasAt(RunningHost silo, string videoId) => LastMove(silo, videoId) is not null;

    /// <summary>Waits until the list of silos says that one is dead.</summary>
    public Task OneIsDeclaredDead() => Eventually.Get("a silo is declared dead", async () =>
    {
        const int Dead = 6; // Orleans's number for it.
        return (await Count($"select 'dead', count(*) from videogen.cluster_members where status = {Dead}"))["dead"] > 0 ? "yes" : null;
    });

    /// <summary>Asks until the answer is a video. Every other answer must be ours, and say that asking again is safe.</summary>
    public static async Task<string> AcceptedAtLast(RunningHost door, string prompt, TimeSpan within)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var (answer, body) = await door.Ask(new { prompt, size = "320x180", seconds = 1 });
            if (answer.IsSuccessStatusCode) return body.GetProperty("id").GetString()!;
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "outcome_unknown"), (answer.StatusCode, body.GetProperty("error").GetProperty("code").GetString()));
            Assert.True(TimeProvider.System.GetElapsedTime(since) < within, $"'{prompt}' is not accepted: {body}");
        }
    }

    /// <summary>Asks through the door for one prompt after another until one has its activation in the silo.</summary>
    /// <param name="silo">Where it is to be.</param>
    /// <param name="door">Who is asked.</param>
    /// <param name="words">What each prompt begins with.</param>
    /// <param name="accepted">Gets all of them, the one that is returned last.</param>
    public async Task<string> AcceptedAndHadBy(RunningHost silo, RunningHost door, string words, List<string> accepted)
    {
        const int Enough = 60; // Orleans puts about every other one there.
        for (var number = 1; number <= Enough; number++)
        {
            var id = await door.Accepted($"{words}, number {number}");
            accepted.Add(id);
            if (await OwnerOf(id) == silo) return id;
        }

        throw new InvalidOperationException($"Of {Enough} requests the silo has none.\n{Story}");
    }

    /// <summary>
    /// Each of these, and nothing else, was paid, once, and is a video. Whoever was killed between a job and its line in the provider's log
    /// writes the line when it starts again: it has to be there again before this is asked.
    /// </summary>
    public async Task EachIsAVideoThatWasPaidOnce(IReadOnlyCollection<string> accepted, RunningHost door)
    {
        Assert.Equal(accepted.Count, accepted.Distinct(StringComparer.Ordinal).Count());
        foreach (var id in accepted)
        {
            var video = await door.Ended(id);
            Assert.True((video.GetProperty("status").GetString(), video.GetProperty("charged").GetString()) == ("completed", "yes"), $"{video}\n{Story}");
            await Eventually.Holds($"the provider's log has the submit of {id}", () => PaidFor(id) > 0);
            Assert.Equal(1, PaidFor(id));
        }

        Assert.Equal(accepted.Count, Paid.Count);
    }

    /// <summary>What the database says of a video: the public status, and the state of its newest round. Nobody is woken by this question.</summary>
    public async Task<(string Status, string State)> OnDisk(string videoId)
    {
        await using var command = database.DataSource.CreateCommand("select status, state -> 'rounds' -> -1 ->> 'state' from videogen.grain_state where grain_key = $1");
        command.Parameters.Add(new() { Value = KeyOf(videoId) });
        await using var rows = await command.ExecuteReaderAsync();
        return await rows.ReadAsync() ? (rows.GetString(0), rows.GetString(1)) : ("none", "none");
    }

    /// <summary>How many there are of each, as a query says: a text and a count.</summary>
    public async Task<Dictionary<string, int>> Count(string query)
    {
        await using var command = database.DataSource.CreateCommand(query);
        await using var rows = await command.ExecuteReaderAsync();
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        while (await rows.ReadAsync()) counts[rows.GetString(0)] = (int)rows.GetInt64(1);
        return counts;
    }

    /// <summary>Waits until the database says that it has ended, without asking any silo for it.</summary>
    public async Task EndedByItself(string videoId, TimeSpan within)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (await OnDisk(videoId) is var (status, state) && status is not ("completed" or "failed"))
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < within, $"{videoId} is still {status} ({state}) after {within.TotalSeconds} s.\n{Story}");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
    }

    /// <summary>How often the provider was made to begin a job for each of its keys: what was paid.</summary>
    public IReadOnlyDictionary<string, int> Paid => ProviderLog
        .Where(line => line.GetProperty("what").GetString() == "submit")
        .GroupBy(line => line.GetProperty("providerKey").GetString()!, StringComparer.Ordinal)
        .ToDictionary(lines => lines.Key, lines => lines.Count(), StringComparer.Ordinal);

    /// <summary>How many jobs the provider began for a video, whatever the round and the attempt.</summary>
    public int PaidFor(string videoId) => Paid.Where(paid => paid.Key.Contains($"-{KeyOf(videoId)}-", StringComparison.Ordinal)).Sum(paid => paid.Value);

    /// <summary>The end of what each silo has said, for a test that fails.</summary>
    public string Story => string.Join('\n', silos.Select((silo, number) => $"--- silo {number}\n{string.Join('\n', silo.Output.TakeLast(40))}\n{silo.Errors}"));

    public async ValueTask DisposeAsync()
    {
        foreach (var silo in silos.Concat(hosts)) await silo.DisposeAsync();
        await Eventually.Holds($"no process of {Folder} is left", () => RunningHost.ProcessesOf(Folder).Count == 0);
        await database.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Ports on which nobody listens now.</summary>
    public static string[] FreePorts(int count)
    {
        var held = new List<TcpListener>();
        try
        {
            while (held.Count < count)
            {
                var listener = new TcpListener(IPAddress.Loopback, Random.Shared.Next(FirstPort, EndOfPorts));
                try
                {
                    listener.Start();
                    held.Add(listener);
                }
                catch (SocketException)
                {
                    listener.Dispose(); // Taken: another one.
                }
            }

            return [.. held.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture))];
        }
        finally
        {
            foreach (var listener in held) listener.Dispose();
        }
    }

    /// <summary>The request of a video: <c>video_</c>, its key, and the number of its round.</summary>
    public static string KeyOf(string videoId) => videoId["video_".Length..videoId.LastIndexOf('_')];

    private static string? LastMove(RunningHost silo, string videoId)
    {
        var mark = $"Request {KeyOf(videoId)} round";
        return silo.Output.LastOrDefault(line => line.Contains(mark, StringComparison.Ordinal));
    }
}
