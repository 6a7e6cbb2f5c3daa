using VideoGen.Grains.Providers;
using VideoGen.Simulation.Tests.Models;

namespace VideoGen.Simulation.Tests;

/// <summary>A short story that is told again and again, each time with another of its effects going wrong.</summary>
/// <param name="Name">What it is about.</param>
/// <param name="Faults">What the provider and the network do in it, each as often as it is named.</param>
/// <param name="People">Who does what and when.</param>
internal sealed record Scenario(string Name, string[] Faults, Action<SimulatedWorld> People)
{
    public Swarm Swarm { get; init; } = new();

    public int VideosPerDay { get; init; } = 5;

    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("a video", [], Asks),
        new("a burst on two processes", [], w => w.People.After(TimeSpan.FromSeconds(5), () =>
        {
            for (var i = 0; i < 5; i++) w.People.Ask("alice", "a cat");
        })) { Swarm = new() { SecondProcess = true } },
        new("asked again when it is there", [], w =>
        {
            Asks(w);
            w.People.After(TimeSpan.FromMinutes(10), () => w.People.Ask("alice", "a cat"));
        }),
        new("other options", [], w =>
        {
            Asks(w);
            w.People.After(TimeSpan.FromSeconds(20), () => w.People.Ask("alice", "a cat", Simulation.Tests.People.Other));
        }),
        new("cancelled while it runs", [], w => AsksAndDeletes(w, TimeSpan.FromSeconds(15))),
        new("cancelled while it is sent", [ProviderModel.Throttled], w => AsksAndDeletes(w, TimeSpan.FromMilliseconds(300))),
        new("cancelled, and the cancel fails", ["cancel failed", "cancel failed", "cancel failed"], w => AsksAndDeletes(w, TimeSpan.FromSeconds(15))),
        new("deleted when it is there, and asked again", [], w =>
        {
            AsksAndDeletes(w, TimeSpan.FromMinutes(10));
            w.People.After(TimeSpan.FromMinutes(15), () => w.People.Ask("alice", "a cat"));
        }),
        new("throttled, then made", [ProviderModel.Throttled, ProviderModel.Unavailable, ProviderModel.NotSent], Asks),
        new("refused by the provider", ["refused"], AsksTwice),
        new("against the policy", ["policy at submit"], AsksTwice),
        new("against the policy once rendered", ["policy after rendering"], AsksTwice),
        new("no answer, and it is there", ["lost answer"], Asks),
        new("an answer that nobody understands", ["garbage"], Asks),
        new("no answer, and it is not there", [ProviderModel.NeverArrived], Asks),
        new("no answer, and it comes late", ["late delivery"], Asks) { Swarm = new() { QuietTime = TimeSpan.FromMinutes(1), FindLags = true } },
        new("no answer, and nothing can be proven", ["lost answer"], AsksTwice) { Swarm = new() { Resolution = Resolution.None } },
        new("no answer, and the lookup misses it", ["lost answer", "lookup missed it", "find failed", "lookup missed it"], AsksTwice) { Swarm = new() { Resolution = Resolution.Lookup } },
        new("the job fails free of charge", ["job fails free"], AsksTwice),
        new("the job fails and is charged", ["job fails charged"], AsksTwice),
        new("the copy fails", ["save failed", "save failed", "check failed"], Asks),
        new("the file is gone, and an operator requeues", ["source gone"], w =>
        {
            AsksTwice(w);
            w.People.After(TimeSpan.FromMinutes(50), w.People.Requeue);
        }),
        new("the quota is used up", [], w =>
        {
            Asks(w);
            w.People.After(TimeSpan.FromSeconds(10), () => w.People.Ask("alice", "a dog"));
            w.People.After(TimeSpan.FromMinutes(10), () => w.People.Ask("alice", "a cow"));
        }) { VideosPerDay = 1 },
        new("two at once for the last of the quota", [], w => w.People.After(TimeSpan.FromSeconds(5), () =>
        {
            w.People.Ask("alice", "a cat");
            w.People.Ask("alice", "a dog");
        })) { VideosPerDay = 1, Swarm = new() { SecondProcess = true } },
    ];

    private static void Asks(SimulatedWorld w) => w.People.After(TimeSpan.Zero, () => w.People.Ask("alice", "a cat"));

    private static void AsksTwice(SimulatedWorld w)
    {
        Asks(w);
        w.People.After(TimeSpan.FromMinutes(40), () => w.People.Ask("alice", "a cat"));
    }

    private static void AsksAndDeletes(SimulatedWorld w, TimeSpan later) => w.People.After(TimeSpan.Zero, () =>
        w.People.Ask("alice", "a cat", andThen: id => w.People.After(later, () => w.People.Delete(id))));
}
