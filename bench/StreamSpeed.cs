using System.Text.Json;

namespace VideoGen.Bench;

/// <summary>What it costs that thousands of pages listen to what becomes of videos, and whether who asks for one has to wait for that.</summary>
internal static class StreamSpeed
{
    private const int Requests = 1_000, StreamsEach = 5, Streams = Requests * StreamsEach, Connections = 16, Turns = 3;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public static async Task Measure(Arguments arguments)
    {
        await using var folder = new BenchFolder();
        await using var host = await BenchHost.Start(arguments.Program, folder.Path, [.. InFlight.Settings(folder, new(Requests, TimeSpan.FromSeconds(5)))]);
        using var load = new Load(host.Address, Connections);
        var ids = await Ask(host, load);
        Func<HttpRequestMessage> retrieve = () => Load.Get($"/v1/videos/{ids[Random.Shared.Next(ids.Count)]}");
        await load.Run(arguments.Round, retrieve);
        List<Measured> silent = [], listened = [];
        for (var turn = 0; turn < Turns; turn++) silent.Add(await load.Run(arguments.Round, retrieve));
        var before = await host.Collected();

        await using var streams = new OpenStreams(host.Address);
        for (var stream = 0; stream < Streams; stream++) streams.Open(ids[stream % ids.Count]);
        var opened = await Until.Holds("each stream has said what its video is", () => Task.FromResult(streams.Speaking == Streams), Patience);
        Table.Note($"{Streams} streams, the last spoke after {opened.TotalSeconds:0.0} s.");
        var with = await host.Collected();
        for (var turn = 0; turn < Turns; turn++) listened.Add(await load.Run(arguments.Round, retrieve));
        if (streams.Broken > 0) throw new InvalidOperationException($"{streams.Broken} streams broke.");

        var (alone, among) = (Measured.Middle(silent), Measured.Middle(listened));
        Table.Row($"retrieve while {Requests} requests run and {Streams} streams are open", $"{among.PerSecond:0}/s, p50 {among.P50:0.0} ms, p99 {among.P99:0.0} ms", $"without a stream: {alone.PerSecond:0}/s, p50 {alone.P50:0.0} ms, p99 {alone.P99:0.0} ms", among.P99 / alone.P99);
        Table.Row(
            $"bytes of the host's memory for each stream",
            $"{(with.Heap - before.Heap) / Streams:0} of its heap, {(with.Resident - before.Resident) / Streams:0} in all; {with.Resident / 1e6:0} MB are the whole host's",
            $"without a stream: {before.Heap / 1e6:0} MB of heap, {before.Resident / 1e6:0} MB in all",
            with.Resident / before.Resident);
    }

    private static async Task<IReadOnlyList<string>> Ask(BenchHost host, Load load)
    {
        await load.Run(Requests, number => Load.Ask(Load.Numbered("A video that is listened to, number", number), Load.Numbered("user", number)));
        using var http = new HttpClient { BaseAddress = host.Address };
        var ids = new List<string>();
        string? after = null;
        do
        {
            var page = JsonDocument.Parse(await http.GetStringAsync(new Uri($"/v1/videos?limit=100{(after is null ? "" : $"&after={after}")}", UriKind.Relative))).RootElement;
            ids.AddRange(page.GetProperty("data").EnumerateArray().Select(video => video.GetProperty("id").GetString()!));
            after = page.GetProperty("has_more").GetBoolean() ? ids[^1] : null;
        }
        while (after is not null);
        return ids;
    }

    /// <summary>Streams that somebody listens to, each on a connection of its own.</summary>
    private sealed class OpenStreams(Uri address) : IAsyncDisposable
    {
        private readonly HttpClient http = new(new SocketsHttpHandler { MaxConnectionsPerServer = int.MaxValue }) { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
        private readonly CancellationTokenSource over = new();
        private readonly List<Task> open = [];
        private int speaking, broken;

        /// <summary>How many have had their first event.</summary>
        public int Speaking => Volatile.Read(ref speaking);

        public int Broken => Volatile.Read(ref broken);

        public void Open(string id) => open.Add(Listen(id));

        public async ValueTask DisposeAsync()
        {
            await over.CancelAsync();
            await Task.WhenAll(open);
            http.Dispose();
            over.Dispose();
        }

        private async Task Listen(string id)
        {
            try
            {
                using var reader = new StreamReader(await http.GetStreamAsync(new Uri($"/v1/videos/{id}/events", UriKind.Relative), over.Token));
                var hasSpoken = false;
                while (await reader.ReadLineAsync(over.Token) is { } line)
                {
                    if (hasSpoken || !line.StartsWith("data: ", StringComparison.Ordinal)) continue;
                    hasSpoken = true;
                    Interlocked.Increment(ref speaking);
                }

                Interlocked.Increment(ref broken);
            }
            catch (OperationCanceledException) when (over.IsCancellationRequested)
            {
                // It was listened to as long as it was wanted.
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                Interlocked.Increment(ref broken);
            }
        }
    }
}
