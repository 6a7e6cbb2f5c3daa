using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Npgsql;
using VideoGen.Silo.Tests.Clusters;
using VideoGen.Silo.Tests.Providers;
using VideoGen.Storage.Processes;
using VideoGen.Tests;

namespace VideoGen.Silo.Tests.Hosting;

/// <summary>The real host in a process of its own, with its private PostgreSQL unless it is told of another, on a folder that outlives it.</summary>
internal sealed class RunningHost : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(90);
    private readonly WatchedProcess process;
    private readonly List<string> output;

    private RunningHost(WatchedProcess process, int processId, Uri address, string folder, List<string> output)
    {
        this.process = process;
        this.output = output;
        ProcessId = processId;
        Folder = folder;
        Http = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(90) };
    }

    public HttpClient Http { get; }

    public string Folder { get; }

    public int ProcessId { get; }

    /// <summary>Its exit code, once it has ended: 128 and the signal's number where a signal ended it.</summary>
    public Task<int> Exited => process.Exited;

    /// <summary>The lines of its standard output so far.</summary>
    public IReadOnlyList<string> Output
    {
        get
        {
            lock (output) return [.. output];
        }
    }

    /// <summary>The end of its standard error.</summary>
    public string Errors => process.Errors;

    /// <summary>What the provider says it was asked and did.</summary>
    public IReadOnlyList<JsonElement> ProviderLog => ReadProviderLog(Folder);

    /// <summary>
    /// The setting for a database on the tests' server. Several hosts share its connections; and what they are told about them is what a
    /// host is told that people run, whatever the server is told.
    /// </summary>
    public static (string Name, string Value) On(TestDatabase database, int connections = 16) =>
        ("ConnectionStrings__VideoGen", new NpgsqlConnectionStringBuilder(database.ConnectionString) { MaxPoolSize = connections, Options = "-c synchronous_commit=on" }.ConnectionString);

    /// <summary>This build's own.</summary>
    public static Task<RunningHost> Start(string folder, params (string Name, string Value)[] settings) =>
        StartBuild(Path.Combine(AppContext.BaseDirectory, "videogen.dll"), folder, settings);

    /// <summary>Another build's, such as the one for Orleans.</summary>
    public static async Task<RunningHost> StartBuild(string program, string folder, params (string Name, string Value)[] settings)
    {
        var ports = ClusterUnderTest.FreePorts(2);
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
            ["Cluster__SiloPort"] = ports[0], // Several are tested at once.
            ["Cluster__GatewayPort"] = ports[1],
            ["VIDEOGEN_DATA"] = folder,
            ["Requests__CheckEvery"] = "00:00:00.300",
            ["Requests__SubmitWindow"] = "00:00:01",
            ["Requests__SubmitTimeout"] = "00:00:02",
        };
        foreach (var (name, value) in settings) environment[name] = value;

        var lines = new List<string>();
        int? pid = null;
        var listening = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        var watched = WatchedProcess.Start(
            "/bin/sh",
            ["-c", "echo $$; exec dotnet \"$1\"", "videogen", program],
            new()
            {
                WorkingDirectory = folder,
                Environment = environment,
                OnOutputLine = line =>
                {
                    lock (lines) lines.Add(line);
                    pid ??= int.Parse(line, CultureInfo.InvariantCulture);
                    if (line.StartsWith("Orleans.VideoGen listens on ", StringComparison.Ordinal)) listening.TrySetResult(new(line.Split(' ')[3]));
                },
            });
        await Task.WhenAny(listening.Task, watched.Exited, Task.Delay(StartPatience, TimeProvider.System));
        if (!listening.Task.IsCompleted)
        {
            await watched.DisposeAsync();
            throw new InvalidOperationException($"The host did not start: {watched.Output} {watched.Errors}");
        }

        return new(watched, pid!.Value, await listening.Task, folder, lines);
    }

    public async Task<(HttpResponseMessage Answer, JsonElement Body)> Ask(object body)
    {
        var answer = await Http.PostAsJsonAsync("/v1/videos", body);
        return (answer, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement);
    }

    public async Task<string> Accepted(string prompt, int seconds = 1, string size = "320x180")
    {
        var (answer, body) = await Ask(new { prompt, size, seconds });
        Assert.True(answer.IsSuccessStatusCode, body.ToString());
        return body.GetProperty("id").GetString()!;
    }

    public async Task<JsonElement> Ended(string id)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            using var answer = await Http.GetAsync(new Uri($"/v1/videos/{id}?wait=50", UriKind.Relative));
            var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
            Assert.True(answer.IsSuccessStatusCode, $"{body}\n{string.Join("\n", Output.TakeLast(40))}");
            if (body.GetProperty("status").GetString() is "completed" or "failed") return body;
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromMinutes(2), $"{id} did not end: {body}");
        }
    }

    public Task<JsonElement> Stats() => Http.GetFromJsonAsync<JsonElement>("/api/stats");

    /// <summary>Something of <c>/api/admin</c>.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">What is behind that.</param>
    /// <param name="body">JSON; null for none.</param>
    /// <param name="key">The operator's key; null for the one in the host's folder.</param>
    public async Task<JsonElement> AsOperator(HttpMethod method, string path, string? body = null, string? key = null)
    {
        using var request = new HttpRequestMessage(method, new Uri($"/api/admin/{path}", UriKind.Relative))
        {
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", key ?? OperatorsKey) },
            Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json"),
        };
        using var answer = await Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement;
    }

    public string OperatorsKey => File.ReadAllText(Path.Combine(Folder, "operator.key")).Trim();

    /// <summary>kill -9 of the host alone; what it had started must end by itself.</summary>
    public async Task Kill()
    {
        using var host = Process.GetProcessById(ProcessId);
        host.Kill();
        await process.Exited;
    }

    public async Task<int> Stop()
    {
        await Signals.Send("TERM", ProcessId);
        return await process.Exited.WaitAsync(TimeSpan.FromSeconds(30));
    }

    /// <summary>Stops it where it stands; returns when none of its threads runs.</summary>
    public async Task Freeze()
    {
        await Signals.Send("STOP", ProcessId);
        await Frozen();
    }

    public Task Frozen() => Eventually.Holds($"process {ProcessId} is frozen", () => State == 'T');

    /// <summary>Lets a frozen one go on.</summary>
    public Task Continue() => Signals.Send("CONT", ProcessId);

    // proc(5): after the name, which is in brackets and may have any character in it.
    private char State => File.ReadAllText($"/proc/{ProcessId}/stat") is var stat ? stat[stat.LastIndexOf(')') + 2] : ' ';

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await process.DisposeAsync();
    }

    public static IReadOnlyList<JsonElement> ReadProviderLog(string folder)
    {
        var path = Path.Combine(folder, "local", "requests.log");
        return File.Exists(path) ? [.. File.ReadAllLines(path).Where(l => l.Length > 0).Select(l => JsonDocument.Parse(l).RootElement)] : [];
    }

    /// <summary>Processes that work in the folder or were told of it: none may be left after a host.</summary>
    public static IReadOnlyList<string> ProcessesOf(string folder)
    {
        var found = new List<string>();
        foreach (var entry in Directory.EnumerateDirectories("/proc").Where(d => int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out _)))
        {
            try
            {
                var command = File.ReadAllText(Path.Combine(entry, "cmdline")).Replace('\0', ' ');
                var works = new FileInfo(Path.Combine(entry, "cwd")).LinkTarget ?? "";
                if (command.Contains(folder, StringComparison.Ordinal) || works.StartsWith(folder, StringComparison.Ordinal)) found.Add($"{Path.GetFileName(entry)} {command}");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It ended meanwhile, or is not ours.
            }
        }

        return found;
    }
}
