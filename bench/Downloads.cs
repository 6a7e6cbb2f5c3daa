using System.Globalization;
using System.Text.Json;

namespace VideoGen.Bench;

/// <summary>What the host needs to take many finished videos from a provider, with so many on their way at a time.</summary>
internal static class Downloads
{
    private const int AtOnce = 64, MostBeside = 500, ToldEvery = 500, PartWithTools = 20;

    private const string NoTool = "no-such-tool"; // Then a video is kept without a look into it, and without pictures.

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10), Between = TimeSpan.FromMilliseconds(250);

    /// <summary>All of them without ffprobe and ffmpeg, which would bound how many are copied; then a part of them with both.</summary>
    public static async Task Measure(string program, int count)
    {
        await Measure(program, count, "copied, and neither looked into nor pictured", ("Media__Ffprobe", NoTool), ("Media__Ffmpeg", NoTool));
        await Measure(program, Math.Max(AtOnce, count / PartWithTools), "copied, looked into and pictured");
    }

    private static async Task Measure(string program, int count, string how, params (string, string)[] settings)
    {
        await using var folder = new BenchFolder();
        await using var provider = await DownloadProvider.Start(folder.InMemory);
        await using var host = await BenchHost.Start(program, folder.Path, [.. Settings(provider), .. settings]);
        var plain = await Copied(provider, folder.Path, Math.Min(count, MostBeside));
        var idle = Linux.Memory(host.ProcessId);

        using var done = new CancellationTokenSource();
        var watching = Peak(host.ProcessId, done.Token);
        var (since, processor) = (TimeProvider.System.GetTimestamp(), Linux.Processor(host.ProcessId));
        using (var http = Connections(host.Address))
        {
            await InTurns(count, number => Fetch(http, number));
        }

        var took = TimeProvider.System.GetElapsedTime(since);
        await done.CancelAsync();
        var peak = await watching;
        Table.Row(
            $"{count} videos of {DownloadProvider.VideoBytes / 1_000_000} MB, {AtOnce} at once, {how}: the host's memory at its peak",
            $"{Linux.PeakResident(host.ProcessId) / 1e6:0} MB by the kernel's own mark; of what was seen each {Between.TotalMilliseconds:0} ms, {peak.Resident / 1e6:0} MB in all, {peak.Proportional / 1e6:0} MB with its share of what others have too, {peak.Anonymous / 1e6:0} MB of no file",
            $"before: {idle.Resident / 1e6:0} MB, {idle.Proportional / 1e6:0} MB, {idle.Anonymous / 1e6:0} MB",
            goal: "500 MB");
        Table.Row(
            $"… how fast",
            $"{Rate(count, took):0} MB/s, {count / took.TotalSeconds:0.0} videos/s; {(Linux.Processor(host.ProcessId) - processor) / count * 1e3:0} ms of the host's processor time each; {provider.Open / took:0.0} on their way at a time, {provider.MostOpen} at most",
            $"{AtOnce} readers copy as many from the same server to the same disk, and sync: {plain:0} MB/s",
            Rate(count, took) / plain);
    }

    private static IEnumerable<(string, string)> Settings(DownloadProvider provider)
    {
        const string Account = "Providers__Accounts__farm__", Model = "Catalogue__Models__m__";
        yield return ($"{Account}Type", "openai_videos");
        yield return ($"{Account}BaseUrl", $"{provider.Address}/v1");
        yield return ($"{Account}ApiKey", "sk-bench");
        yield return ($"{Account}Slots", AtOnce.ToString(CultureInfo.InvariantCulture));
        yield return ($"{Model}Provider", "farm");
        yield return ($"{Model}UsdPerSecond", "0"); // Without a price no quota and no breaker stands in the way.
        yield return ($"{Model}Sizes__0", DownloadProvider.Size);
        yield return ($"{Model}Seconds__0", "1");
        yield return ("Catalogue__DefaultModel", "m");
        yield return ("Requests__CheckEvery", "00:00:01"); // Its jobs are finished when they are accepted.
    }

    /// <summary>Asks for a video, waits until it is saved, and deletes it: the disk does not hold all of them.</summary>
    private static async Task Fetch(HttpClient http, int number)
    {
        using var ask = Load.Ask(Load.Numbered("A video to fetch, number", number), Load.Numbered("user", number));
        var video = await Answer(http, ask);
        var (id, since) = (video.GetProperty("id").GetString(), TimeProvider.System.GetTimestamp());
        while (video.GetProperty("status").GetString() is var status && status != "completed")
        {
            if (status == "failed" || TimeProvider.System.GetElapsedTime(since) > Patience) throw new InvalidOperationException($"A video was not saved: {video}");
            using var look = Load.Get($"/v1/videos/{id}?wait=59");
            video = await Answer(http, look);
        }

        using var delete = new HttpRequestMessage(HttpMethod.Delete, $"/v1/videos/{id}");
        await Answer(http, delete);
        if (number % ToldEvery == 0) Table.Note($"{number} videos.");
    }

    private static async Task<JsonElement> Answer(HttpClient http, HttpRequestMessage request)
    {
        using var answer = await http.SendAsync(request);
        var body = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? JsonDocument.Parse(body).RootElement : throw new InvalidOperationException($"{request.RequestUri} was answered {answer.StatusCode}: {body}");
    }

    /// <summary>Bytes a second, in millions, of as many copies at a time without a host: over loopback to the disk, synced and removed.</summary>
    private static async Task<double> Copied(DownloadProvider provider, string folder, int count)
    {
        using var http = Connections(new(provider.Address));
        var since = TimeProvider.System.GetTimestamp();
        await InTurns(count, async number =>
        {
            var path = Path.Combine(folder, Load.Numbered("copy", number));
            await using (var content = await http.GetStreamAsync(new Uri("/plain", UriKind.Relative)))
            await using (var file = new FileStream(path, FileMode.CreateNew))
            {
                await content.CopyToAsync(file);
                file.Flush(flushToDisk: true);
            }

            File.Delete(path);
        });
        return Rate(count, TimeProvider.System.GetElapsedTime(since));
    }

    /// <summary>The most of each that was seen until it is cancelled.</summary>
    private static async Task<ProcessMemory> Peak(int process, CancellationToken cancellationToken)
    {
        var peak = Linux.Memory(process);
        using var ticks = new PeriodicTimer(Between, TimeProvider.System);
        try
        {
            while (await ticks.WaitForNextTickAsync(cancellationToken))
            {
                var now = Linux.Memory(process);
                peak = new(Math.Max(peak.Resident, now.Resident), Math.Max(peak.Proportional, now.Proportional), Math.Max(peak.Anonymous, now.Anonymous));
            }
        }
        catch (OperationCanceledException)
        {
            // The end of what is measured.
        }

        return peak;
    }

    private static Task InTurns(int count, Func<int, Task> one)
    {
        var number = 0;
        return Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref number) is var mine && mine <= count) await one(mine);
        })));
    }

    private static double Rate(int count, TimeSpan took) => count * (DownloadProvider.VideoBytes / 1e6) / took.TotalSeconds;

    private static HttpClient Connections(Uri address) => new(new SocketsHttpHandler { MaxConnectionsPerServer = AtOnce }) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(100) };
}
