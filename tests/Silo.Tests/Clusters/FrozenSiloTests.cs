using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using VideoGen.Silo.Hosting;
using VideoGen.Silo.Tests.Hosting;
using VideoGen.Silo.Tests.Providers;
using Xunit.Abstractions;

namespace VideoGen.Silo.Tests.Clusters;

/// <summary>
/// A silo that stops in mid-work, is declared dead, and then goes on as if nothing had happened: two activations of one request, of which
/// one knows nothing of the other.
/// </summary>
[Collection(OneClusterAtATime.Name)]
public sealed class FrozenSiloTests(ITestOutputHelper output)
{
    private const string IsSlow = "slowly";
    private const int Slow = 6, Quick = 6, Later = 4;

    private static readonly TimeSpan FrozenFor = TimeSpan.FromMinutes(1);

    /// <summary>How long after the freeze everything has ended at the other silo.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(120);

    /// <summary>How long a silo that was declared dead may take, from when it runs again, until it has found that out and has ended.</summary>
    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(10);

    /// <summary>Once; ten times with <c>./test --long</c>.</summary>
    public static TheoryData<int> Times => [.. Enumerable.Range(1, Environment.GetEnvironmentVariable("VIDEOGEN_TEST_LONG") == "1" ? 10 : 1)];

    [ClusterTheory]
    [MemberData(nameof(Times))]
    public async Task A_silo_that_was_frozen_for_a_minute_finds_itself_declared_dead_and_nothing_was_paid_twice(int time)
    {
        await using var cluster = await ClusterUnderTest.Start(2, ($"Providers__Local__FailWords__{IsSlow}", "slow"), ("Providers__Local__SlowTime", "00:00:08"));
        var (door, frozen) = (cluster.Silos[0], cluster.Silos[1]);
        var accepted = new List<string>();
        for (var number = 1; number <= Slow; number++) accepted.Add(await door.Accepted($"{IsSlow} made video {number}"));
        await cluster.AcceptedAndHadBy(frozen, door, $"{IsSlow} made too", accepted);

        var asks = Enumerable.Range(1, Quick).Select(number => ClusterUnderTest.AcceptedAtLast(door, $"asked for just before, {number}", Bound)).ToList();
        var moment = TimeSpan.FromMilliseconds(Random.Shared.Next(2000));
        await Task.Delay(moment, TimeProvider.System); // Any moment of these may be the worst one.
        await frozen.Freeze();
        var began = TimeProvider.System.GetTimestamp();
        accepted.AddRange(await Task.WhenAll(asks.Concat(Enumerable.Range(1, Later).Select(number => ClusterUnderTest.AcceptedAtLast(door, $"asked for meanwhile, {number}", Bound)))));
        foreach (var id in accepted) await cluster.EndedByItself(id, Bound - TimeProvider.System.GetElapsedTime(began));
        Say($"freeze {time}: {moment.TotalMilliseconds:0} ms after the last asks; {accepted.Count(id => ClusterUnderTest.WasAt(frozen, id))} of {accepted.Count} requests had been there; all had ended {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s after it");

        if (FrozenFor - TimeProvider.System.GetElapsedTime(began) is var left && left > TimeSpan.Zero) await Task.Delay(left, TimeProvider.System);
        await EndsDeclaredDead(frozen, accepted);

        var again = await cluster.StartSilo(1);
        await cluster.EachIsAVideoThatWasPaidOnce(accepted, door);
        foreach (var id in accepted) Assert.Equal("completed", (await again.Ended(id)).GetProperty("status").GetString());
        foreach (var silo in cluster.Silos) Assert.Equal(0, await silo.Stop());
    }

    [ClusterTheory]
    [MemberData(nameof(Times))]
    public async Task A_silo_that_is_frozen_between_an_intent_and_its_submit_gives_the_submit_up(int time)
    {
        await using var cluster = await ClusterUnderTest.Start(1, ("Requests__SubmitWindow", "00:00:05"));
        var gate = new ProviderGate(Path.Combine(cluster.Folder, "gate"));
        var (door, frozen) = (cluster.Silos[0], await cluster.StartSilo(1, gate.Settings));
        var accepted = new List<string>();

        // One more: the provider has its job, and the silo has not heard of it.
        var paid = await cluster.AcceptedAndHadBy(frozen, door, ProviderGate.BeforeAnswer, accepted);
        await gate.Reached(ProviderGate.BeforeAnswer, paid);
        var unsent = await cluster.AcceptedAndHadBy(frozen, door, ProviderGate.BeforeSubmit, accepted);
        await gate.Reached(ProviderGate.BeforeSubmit, unsent);
        await gate.FreezeAt(ProviderGate.BeforeSubmit, unsent);
        await frozen.Frozen();
        var began = TimeProvider.System.GetTimestamp();
        Assert.Equal(("submitting", 0, "submitting", 1), ((await cluster.OnDisk(unsent)).State, cluster.PaidFor(unsent), (await cluster.OnDisk(paid)).State, cluster.PaidFor(paid)));

        foreach (var id in accepted) await cluster.EndedByItself(id, Bound);
        Say($"freeze {time}: {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s after it the other silo had found out and made what was not sent, and found what was");
        await cluster.EachIsAVideoThatWasPaidOnce(accepted, door);
        Assert.Null(gate.AnswerOf(unsent));
        var before = await Task.WhenAll(accepted.Select(door.Ended));

        await gate.Open(ProviderGate.BeforeAnswer, paid);
        await frozen.Continue();
        Assert.Equal("NotSent", await Eventually.Get("the submit that was frozen is answered", () => Task.FromResult(gate.AnswerOf(unsent))));
        await EndsDeclaredDead(frozen, accepted);
        await cluster.EachIsAVideoThatWasPaidOnce(accepted, door);
        Assert.DoesNotContain(cluster.ProviderLog, line => line.GetProperty("what").GetString() == "submit_again");
        Assert.Equal(before.Select(video => video.ToString()), (await Task.WhenAll(accepted.Select(door.Ended))).Select(video => video.ToString()));
        Assert.Equal(0, await door.Stop());
    }

    [ClusterFact]
    public async Task A_silo_that_goes_on_as_soon_as_it_was_declared_dead_finds_that_out_as_well()
    {
        await using var cluster = await ClusterUnderTest.Start(2, ($"Providers__Local__FailWords__{IsSlow}", "never_ends"));
        var (door, frozen) = (cluster.Silos[0], cluster.Silos[1]);
        var accepted = new List<string>();
        await cluster.AcceptedAndHadBy(frozen, door, IsSlow, accepted);
        await frozen.Freeze();
        var began = TimeProvider.System.GetTimestamp();
        await cluster.OneIsDeclaredDead();
        Say($"it was declared dead {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s after it was frozen");
        await EndsDeclaredDead(frozen, accepted);
    }

    /// <summary>Lets it go on, asks it all the while what it knows, and sees it end.</summary>
    private async Task EndsDeclaredDead(RunningHost frozen, IReadOnlyList<string> ended)
    {
        var began = TimeProvider.System.GetTimestamp();
        await frozen.Continue();
        int right = 0, stale = 0, none = 0;
        for (var turn = 0; !frozen.Exited.IsCompleted; turn++)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < EndsWithin, $"It was declared dead and has not ended: {right} right answers, {stale} from memory.\n{string.Join('\n', frozen.Output.TakeLast(40))}");
            switch (await StatusAt(frozen, ended[turn % ended.Count]))
            {
                case "completed":
                    right++;
                    break;
                case null:
                    none++;
                    break;
                default:
                    stale++;
                    break;
            }
        }

        Say($"it ended {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s after it went on, with exit code {await frozen.Exited}; until then {right} answers were right, {stale} from its memory, {none} were none");
        Assert.Equal(VideoGenHost.WouldAnswerFromMemory, await frozen.Exited);
        Assert.Contains("This silo ends at once", frozen.Errors, StringComparison.Ordinal);
    }

    /// <summary>The status of a video as the silo tells it; null where it does not.</summary>
    private static async Task<string?> StatusAt(RunningHost silo, string id)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1), TimeProvider.System);
        try
        {
            using var answer = await silo.Http.GetAsync(new Uri($"/v1/videos/{id}", UriKind.Relative), patience.Token);
            return answer.IsSuccessStatusCode ? (await answer.Content.ReadFromJsonAsync<JsonElement>(patience.Token)).GetProperty("status").GetString() : null;
        }
        catch (Exception none) when (none is HttpRequestException or OperationCanceledException)
        {
            return null;
        }
    }

    private void Say(FormattableString what) => output.WriteLine(what.ToString(CultureInfo.InvariantCulture));
}
