using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;
using VideoGen.Requests;
using VideoGen.Silo.Tests.Hosting;
using Xunit.Abstractions;

namespace VideoGen.Silo.Tests.Clusters;

/// <summary>A database that one engine made goes on with the other, whatever state its requests are in, and comes back.</summary>
[Collection(OneClusterAtATime.Name)]
public sealed class MovedDatabaseTests(ITestOutputHelper output)
{
    /// <summary>Every state in which a request can be found that is not over, and the end.</summary>
    private static readonly string[] States = ["admitting", "queued", "submitting", "unresolved", "running", "saving", "ended"];

    /// <summary>Every way in which one can be over.</summary>
    private static readonly string[] Outcomes = ["cancelled", "completed", "dead_lettered", "failed", "rejected"];

    private const string ByState = "select state -> 'rounds' -> -1 ->> 'state', count(*) from videogen.grain_state where state ? 'rounds' group by 1";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly int Live = Environment.GetEnvironmentVariable("VIDEOGEN_TEST_LONG") == "1" ? 1_000 : 40;
    private const string Fine = "fine", Endless = "endless", GivenUp = "number 0, endless and given up";
    private const int AcceptedByEach = 10, AsksAtOnce = 6, MaxMoves = 12;

    private readonly ConcurrentDictionary<string, string?> asked = new(StringComparer.Ordinal); // Prompt to id; null where the answer was lost.
    private int prompts, accepted;

    [ClusterFact]
    public async Task A_database_with_requests_in_every_state_moves_to_Orleans_and_back_and_nothing_is_lost_or_paid_twice()
    {
        await using var cluster = await ClusterUnderTest.Start(
            0,
            ("Providers__Local__UsdPerSecond", "0.1"), // Else nothing is reserved.
            ("Budgets__GlobalDailyUsd", "100000"),
            ("SpendBreaker__SubmitsPerMinute", "100000"),
            ("SpendBreaker__StreakUsd", ""),
            ("Providers__Local__Latency", "00:00:02"),
            ("Providers__Local__FailWords__lost", "lost_answer"),
            ("Providers__Local__FailWords__forbidden", "rejected_charged"),
            ("Providers__Local__FailWords__unlucky", "failed_uncharged"),
            ("Providers__Local__FailWords__broken", "failed_charged"),
            ("Providers__Local__FailWords__endless", "never_ends"),
            ("Requests__CheckEvery", "00:00:01"));

        // What never ends is given up after a minute, where it was accepted by a host that says so.
        await using (var impatient = await cluster.StartHost("Embedded", ("Requests__JobDeadline", "00:01:00")))
        {
            asked[GivenUp] = await Ask(impatient, GivenUp);
            await impatient.Kill();
        }

        Dictionary<string, List<string>> missing = new(StringComparer.Ordinal) { ["Embedded"] = [.. States], ["Orleans"] = [.. States] };
        for (var move = 0; missing.Values.Any(states => states.Count > 0); move++)
        {
            Assert.True(move < MaxMoves, $"Not met in {MaxMoves} moves: {string.Join(", ", missing.Values.SelectMany(states => states))}");
            var engine = move % 2 == 0 ? "Embedded" : "Orleans";
            var host = await cluster.StartHost(engine);
            var found = await StopInTheMidst(host, cluster, missing[engine]);
            output.WriteLine($"left by {engine}: {string.Join(", ", found.Select(s => $"{s.Value} {s.Key}"))}");
            missing[engine].RemoveAll(found.ContainsKey);
        }

        var last = await cluster.StartHost("Embedded");
        foreach (var (prompt, id) in asked.Where(a => a.Value is null || a.Key.EndsWith(Fine, StringComparison.Ordinal)))
        {
            var again = await Ask(last, prompt);
            Assert.True(again is not null && (id is null || id == again), $"'{prompt}' was {id} and is {again}");
            asked[prompt] = again;
        }

        foreach (var (_, id) in asked.Where(a => a.Key.EndsWith(Endless, StringComparison.Ordinal) && a.Value is not null)) await Delete(last, id!);

        var started = TimeProvider.System.GetTimestamp();
        while (await cluster.Count(ByState) is var found && found.Keys.Any(s => s is not ("ended" or "refused")))
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(Live) + Patience, $"They do not end: {string.Join(", ", found)}\n{string.Join('\n', last.Output.TakeLast(40))}");
            await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System);
        }

        var outcomes = await cluster.Count("select state -> 'rounds' -> -1 -> 'outcome' ->> 'ending', count(*) from videogen.grain_state where state ? 'rounds' group by 1");
        output.WriteLine($"{asked.Count} requests ended: {string.Join(", ", outcomes.Select(o => $"{o.Value} {o.Key}"))}");
        Assert.Empty(Outcomes.Except(outcomes.Keys));
        Assert.Equal(asked.Count, outcomes.Values.Sum());
        Assert.All(cluster.Paid, job => Assert.True(job.Value == 1, $"{job.Key} was paid {job.Value} times"));
        foreach (var (prompt, id) in asked)
        {
            // A failure that is proven free may be tried again, three times in all.
            Assert.True(cluster.PaidFor(id!) <= (prompt.Contains("unlucky", StringComparison.Ordinal) ? 3 : 1), $"'{prompt}' was paid {cluster.PaidFor(id!)} times");
            if (prompt.EndsWith(Fine, StringComparison.Ordinal)) Assert.Equal("completed", (await last.Ended(id!)).GetProperty("status").GetString());
        }
    }

    /// <summary>
    /// Asks, and looks now and then, with the host frozen, until it has accepted some, so many are live, and one is in a state that is
    /// missing; then kills it.
    /// </summary>
    private async Task<Dictionary<string, int>> StopInTheMidst(RunningHost host, ClusterUnderTest cluster, List<string> missing)
    {
        using var stop = new CancellationTokenSource();
        var asking = Task.WhenAll(Enumerable.Range(0, AsksAtOnce).Select(_ => KeepAsking(host, stop.Token)));
        var started = TimeProvider.System.GetTimestamp();
        var before = accepted;
        while (true)
        {
            await host.Freeze();
            var states = await cluster.Count(ByState);
            var live = states.Where(s => s.Key is not ("ended" or "refused")).Sum(s => s.Value);
            if (live >= Live && accepted >= before + AcceptedByEach && (missing.Count == 0 || missing.Any(states.ContainsKey)))
            {
                await host.Kill();
                await stop.CancelAsync();
                await asking;
                return states;
            }

            await host.Continue();
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Patience, $"{live} are live, and none is {string.Join(" or ", missing)}, but {string.Join(", ", states)}\n{string.Join('\n', host.Output.TakeLast(40))}");
            await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(20, 300)), TimeProvider.System);
        }
    }

    private async Task KeepAsking(RunningHost host, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var number = Interlocked.Increment(ref prompts);
            var prompt = $"number {number}, {(number % 10) switch { 1 => "lost", 2 => "forbidden", 3 or 4 => "unlucky", 5 => "broken", 6 or 7 => Endless, _ => Fine }}";
            asked[prompt] = null;
            try
            {
                // So many that live are enough; from then on a few more, so that some are always at their beginning.
                if (number > Live) await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, stop);
                if ((asked[prompt] = await Ask(host, prompt)) is not { } id) continue;
                Interlocked.Increment(ref accepted);
                if (prompt.EndsWith(Endless, StringComparison.Ordinal)) await Delete(host, id);
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
            {
                // The host was killed before it answered.
            }
        }
    }

    private static async Task Delete(RunningHost host, string id)
    {
        using var answer = await host.Http.DeleteAsync(new Uri($"/v1/videos/{id}", UriKind.Relative));
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static async Task<string?> Ask(RunningHost host, string prompt)
    {
        // Each of a user of its own: a user has five a day.
        using var answer = await host.Http.PostAsJsonAsync("/v1/videos", new { prompt, size = "320x180", seconds = 1, user = prompt.Split(',')[0].Replace(' ', '-') });
        return answer.IsSuccessStatusCode ? (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString() : null;
    }
}
