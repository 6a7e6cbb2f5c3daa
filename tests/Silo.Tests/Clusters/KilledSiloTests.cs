using System.Globalization;
using VideoGen.Silo.Tests.Providers;
using Xunit.Abstractions;

namespace VideoGen.Silo.Tests.Clusters;

/// <summary>kill -9 of a silo: the other one carries on with everything that was accepted, and nothing is paid twice.</summary>
[Collection(OneClusterAtATime.Name)]
public sealed class KilledSiloTests(ITestOutputHelper output)
{
    private const string LosesAnswer = "loses", IsSlow = "slowly";
    private const int AsksAtTheEnd = 6;

    /// <summary>How long after the kill everything that the silo had has ended. Orleans takes about 20 s to declare it dead.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(90);

    /// <summary>Once; twenty times with <c>./test --long</c>.</summary>
    public static TheoryData<int> Times => [.. Enumerable.Range(1, Environment.GetEnvironmentVariable("VIDEOGEN_TEST_LONG") == "1" ? 20 : 1)];

    /// <summary>What a request is doing when its silo is killed: a name, the words of the prompt that bring it there, and its state on disk then.</summary>
    private static readonly (string Name, string Words, string? Point, string State)[] Moments =
    [
        ("queued, and the provider had no room", ProviderGate.NoRoom, null, "queued"),
        ("submitting, and the provider has not heard of it", ProviderGate.BeforeSubmit, ProviderGate.BeforeSubmit, "submitting"),
        ("submitting, and the provider has the job", ProviderGate.BeforeAnswer, ProviderGate.BeforeAnswer, "submitting"),
        ("unresolved", $"{LosesAnswer} {ProviderGate.BeforeFind}", ProviderGate.BeforeFind, "unresolved"),
        ("saving", ProviderGate.BeforeSave, ProviderGate.BeforeSave, "saving"),
        ("running", IsSlow, null, "running"),
    ];

    [ClusterTheory]
    [MemberData(nameof(Times))]
    public async Task A_killed_silo_loses_nothing_whatever_its_requests_were_doing(int time)
    {
        await using var cluster = await ClusterUnderTest.Start(
            1, ($"Providers__Local__FailWords__{LosesAnswer}", "lost_answer"), ($"Providers__Local__FailWords__{IsSlow}", "slow"), ("Providers__Local__SlowTime", "00:00:03"));
        var gate = new ProviderGate(Path.Combine(cluster.Folder, "gate"));
        var (door, killed) = (cluster.Silos[0], await cluster.StartSilo(1, gate.Settings));

        var accepted = new List<string>();
        var had = new List<(string Name, string Id)>();
        foreach (var (name, words, point, state) in Moments)
        {
            var id = await cluster.AcceptedAndHadBy(killed, door, words, accepted);
            if (point is not null) await gate.Reached(point, id);
            await Eventually.Get($"{id} is {state} on disk", async () => (await cluster.OnDisk(id)).State == state ? state : null);
            had.Add((name, id));
        }

        // And one more: whatever the silo had of these when the first of them was answered.
        var asks = Enumerable.Range(1, AsksAtTheEnd).Select(n => ClusterUnderTest.AcceptedAtLast(door, $"one of the last, number {n}", Bound)).ToList();
        await Task.WhenAny(asks);
        var began = TimeProvider.System.GetTimestamp();
        await killed.Kill();
        foreach (var (moment, (_, id)) in Moments.Zip(had)) Assert.Equal(moment.State, (await cluster.OnDisk(id)).State);

        accepted.AddRange(await Task.WhenAll(asks));
        foreach (var (name, id) in had)
        {
            await cluster.EndedByItself(id, Bound - TimeProvider.System.GetElapsedTime(began));
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"kill {time}: {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s after it the one that was {name} had ended"));
        }

        foreach (var id in accepted) await cluster.EndedByItself(id, Bound - TimeProvider.System.GetElapsedTime(began));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"kill {time}: {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s after it all {accepted.Count} had ended; of the last {AsksAtTheEnd} the silo had {accepted.TakeLast(AsksAtTheEnd).Count(id => ClusterUnderTest.WasAt(killed, id))}"));

        await cluster.StartSilo(1);
        await cluster.EachIsAVideoThatWasPaidOnce(accepted, door);
        foreach (var silo in cluster.Silos) Assert.Equal(0, await silo.Stop());
    }
}
