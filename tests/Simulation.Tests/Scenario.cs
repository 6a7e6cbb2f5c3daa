using VideoGen.Budgets;
using VideoGen.Grains.Providers;
using VideoGen.Simulation.Tests.Models;

namespace VideoGen.Simulation.Tests;

/// <summary>A short story that is told again and again, each time with another of its effects going wrong.</summary>
/// <param name="Name">What it is about.</param>
/// <param name="Shows">A move between states that it makes when nothing else goes wrong.</param>
/// <param name="Faults">What the provider and the network do in it, each as often as it is named.</param>
/// <param name="People">Who does what and when.</param>
internal sealed record Scenario(string Name, string Shows, string[] Faults, Action<SimulatedWorld> People)
{
    public Swarm Swarm { get; init; } = new();

    public int VideosPerDay { get; init; } = 5;

    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("a video", "Saving -> Completed", [], Asks),
        new("a burst on two processes", "Saving -> Completed", [], w => w.People.After(TimeSpan.FromSeconds(5), () =>
        {
            for (var i = 0; i < 5; i++) w.People.Ask("alice", "a cat");
        })) { Swarm = new() { SecondProcess = true } },
        new("asked again when it is there", "Saving -> Completed", [], w =>
        {
            Asks(w);
            w.People.After(TimeSpan.FromMinutes(10), () => w.People.Ask("alice", "a cat"));
        }),
        new("other options", "Saving -> Completed", [], w =>
        {
            Asks(w);
            w.People.After(TimeSpan.FromSeconds(20), () => w.People.Ask("alice", "a cat", Simulation.Tests.People.Other));
        }),
        new("cancelled while it runs", "Running -> Cancelled", [], w => AsksAndDeletes(w, TimeSpan.FromSeconds(15))),
        new("cancelled while it is sent", "Queued -> Cancelled", [ProviderModel.Throttled], w => AsksAndDeletes(w, TimeSpan.FromSeconds(1))),
        new("cancelled, and the cancel fails", "Saving -> Completed", ["cancel failed", "cancel failed", "cancel failed"], w => AsksAndDeletes(w, TimeSpan.FromSeconds(15))),
        new("deleted when it is there, and asked again", "Saving -> Completed", [], w =>
        {
            AsksAndDeletes(w, TimeSpan.FromMinutes(10));
            w.People.After(TimeSpan.FromMinutes(15), () => w.People.Ask("alice", "a cat"));
        }),
        new("erased while it runs", "Running -> Cancelled", [], w => AsksAndIsErased(w, TimeSpan.FromSeconds(15))),
        new("erased while it is sent, and asked again", "Queued -> Cancelled", [ProviderModel.Throttled], w =>
        {
            AsksAndIsErased(w, TimeSpan.FromSeconds(1));
            w.People.After(TimeSpan.FromMinutes(15), () => w.People.Ask("alice", "a cat"));
        }),
        new("erased when it is there, on two processes", "Saving -> Completed", [], w => AsksAndIsErased(w, TimeSpan.FromMinutes(10))) { Swarm = new() { SecondProcess = true } },
        new("erased when it was against the policy", "Running -> Rejected", ["policy after rendering"], w => AsksAndIsErased(w, TimeSpan.FromMinutes(10))),
        new("erased while nobody knows, and a callback names the job", "DeadLettered -> Unresolved", ["lost answer"], w => AsksAndIsErased(w, TimeSpan.FromMinutes(1)))
        {
            Swarm = new() { Resolution = Resolution.None, CallsBack = true },
        },
        new("throttled, then made", "Submitting -> Queued", [ProviderModel.Throttled, ProviderModel.Unavailable, ProviderModel.NotSent], Asks),
        new("refused by the provider", "Submitting -> Failed", ["refused"], AsksTwice),
        new("against the policy", "Submitting -> Rejected", ["policy at submit"], AsksTwice),
        new("against the policy once rendered", "Running -> Rejected", ["policy after rendering"], AsksTwice),
        new("no answer, and it is there", "Unresolved -> Running", ["lost answer"], Asks),
        new("an answer that nobody understands", "Unresolved -> Running", ["garbage"], Asks),
        new("no answer, and it is not there", "Unresolved -> Queued", [ProviderModel.NeverArrived], Asks),
        new("no answer, and it comes late", "Unresolved -> Running", ["late delivery"], Asks) { Swarm = new() { QuietTime = TimeSpan.FromMinutes(1), FindLags = true } },
        new("no answer, and nothing can be proven", "Submitting -> DeadLettered", ["lost answer"], AsksTwice) { Swarm = new() { Resolution = Resolution.None } },
        new("no answer, and the lookup misses it", "Unresolved -> Running", ["lost answer", "lookup missed it", "find failed", "lookup missed it"], AsksTwice) { Swarm = new() { Resolution = Resolution.Lookup } },
        new("no answer, and only what it made is found", "Unresolved -> Running", ["lost answer", "find failed"], AsksTwice) { Swarm = new() { Resolution = Resolution.Output } },
        new("no answer, and the same key is sent again", "Submitting -> Running", ["lost answer", ProviderModel.Unavailable, ProviderModel.NotSent, "garbage"], AsksTwice) { Swarm = new() { Resolution = Resolution.SameKey } },
        new("no answer, and the key is forgotten", "Unresolved -> DeadLettered", ["lost answer", ProviderModel.Unavailable, ProviderModel.Unavailable, ProviderModel.Unavailable, ProviderModel.Unavailable, ProviderModel.Unavailable], AsksTwice) { Swarm = new() { Resolution = Resolution.SameKey, KeyKeptFor = TimeSpan.FromMinutes(3) } },
        new("no answer, and a callback names the job", "DeadLettered -> Unresolved", ["lost answer"], AsksTwice) { Swarm = new() { Resolution = Resolution.None, CallsBack = true } },
        new("no answer, the lookup misses it, and a callback names the job", "Unresolved -> Running", ["lost answer", "lookup missed it", "lookup missed it", "lookup missed it"], AsksTwice) { Swarm = new() { Resolution = Resolution.Lookup, CallsBack = true } },
        new("a video that is called back, on two processes", "Saving -> Completed", [], Asks) { Swarm = new() { CallsBack = true, SecondProcess = true } },
        new("the job fails free of charge", "Running -> Queued", ["job fails free"], AsksTwice),
        new("the job fails and is charged", "Running -> Failed", ["job fails charged"], AsksTwice),
        new("the copy fails", "Saving -> Completed", ["save failed", "save failed", "check failed"], Asks),
        new("the file is gone, and an operator requeues", "DeadLettered -> Saving", ["source gone"], w =>
        {
            AsksTwice(w);
            w.People.After(TimeSpan.FromMinutes(50), w.People.Requeue);
        }),
        new("the file is gone, and a day later somebody asks again just when an operator requeues", "Saving -> DeadLettered", ["source gone"], w =>
        {
            Asks(w);
            var again = TimeSpan.FromHours(24) + TimeSpan.FromMinutes(6);
            for (var i = 0; i < 6; i++) w.People.After(again - TimeSpan.FromSeconds(30), () => w.People.AskWhatItCosts("alice", "a cat"));
            w.People.After(again, () => w.People.Ask("alice", "a cat"));
            w.People.After(again + TimeSpan.FromSeconds(5), () => w.People.Requeue(acceptDoublePayment: false, clicks: 4));
        }) { Swarm = new() { SecondProcess = true } },
        new("the quota is used up", "Saving -> Completed", [], w =>
        {
            Asks(w);
            w.People.After(TimeSpan.FromSeconds(10), () => w.People.Ask("alice", "a dog"));
            w.People.After(TimeSpan.FromMinutes(10), () => w.People.Ask("alice", "a cow"));
        }) { VideosPerDay = 1 },
        new("two at once for the last of the quota", "Saving -> Completed", [], w => w.People.After(TimeSpan.FromSeconds(5), () =>
        {
            w.People.Ask("alice", "a cat");
            w.People.Ask("alice", "a dog");
        })) { VideosPerDay = 1, Swarm = new() { SecondProcess = true } },
        new("another take, and yes twice", "Saving -> Completed", [], w =>
        {
            Asks(w);
            w.People.After(TimeSpan.FromMinutes(5), () => w.People.AskForAnother("alice", "a cat", yes: 2));
        }) { Swarm = new() { SecondProcess = true } },
        new("a run that rewords its prompt", "Saving -> Completed", [], w => w.People.After(TimeSpan.FromSeconds(5), () =>
        {
            w.People.Ask("alice", "a cat", run: "run-1");
            w.People.Ask("alice", "a dog", run: "run-1");
        })) { Swarm = new() { SecondProcess = true } },
        new("the same key again, and hours later", "Saving -> Completed", [], w =>
        {
            for (var i = 0; i < 2; i++) w.People.After(TimeSpan.FromSeconds(5), () => w.People.AskUnder("key-1", "alice", "a cat"));
            w.People.After(TimeSpan.FromHours(2), () => w.People.AskUnder("key-1", "alice", "a cat"));
        }) { Swarm = new() { SecondProcess = true } },
        new("the budget is used up", "Saving -> Completed", [], w =>
        {
            w.Budgets.GlobalDailyUsd = 3.20m;
            Asks(w);
            w.People.After(TimeSpan.FromSeconds(1), () => w.People.Ask("bob", "a dog"));
            w.People.After(TimeSpan.FromMinutes(10), () => w.People.Ask("bob", "a dog"));
        }),
        new("two at once for the last of the budget", "Saving -> Completed", [], w => w.People.After(TimeSpan.FromSeconds(5), () =>
        {
            w.Budgets.GlobalDailyUsd = 3.20m;
            w.People.Ask("alice", "a cat");
            w.People.Ask("bob", "a dog");
        })) { Swarm = new() { SecondProcess = true } },
        new("paused while it is sent", "Saving -> Completed", [], w =>
        {
            Asks(w);
            w.People.After(TimeSpan.FromMilliseconds(200), () => w.People.Pause(Scopes.Global, TimeSpan.FromMinutes(5)));
        }),
        new("paused just when it is sent", "Saving -> Completed", [], w =>
        {
            Asks(w);
            w.When(ProviderModel.Sending, () => w.People.Pause(Scopes.Global, TimeSpan.FromMinutes(5)));
        }),
        new("too many in a minute", "Saving -> Completed", [], w =>
        {
            w.Spending.SubmitsPerMinute = 1;
            Asks(w);
            w.People.After(TimeSpan.FromSeconds(1), () => w.People.Ask("bob", "a dog"));
        }),
        new("nobody knows, and an operator accepts that it may be paid twice", "Submitting -> DeadLettered", ["lost answer"], w =>
        {
            AsksTwice(w);
            w.People.After(TimeSpan.FromMinutes(50), () => w.People.Requeue(acceptDoublePayment: true, clicks: 1));
        }) { Swarm = new() { Resolution = Resolution.None } },
        new("nobody knows, and an operator accepts that on two pages", "Submitting -> DeadLettered", ["lost answer"], w =>
        {
            Asks(w);
            w.People.After(TimeSpan.FromMinutes(50), () => w.People.Requeue(acceptDoublePayment: true, clicks: 2, apart: TimeSpan.FromMinutes(20)));
        }) { Swarm = new() { Resolution = Resolution.None, SecondProcess = true } },
        new("looked at everywhere, made by one, and asked for everywhere", "Saving -> Completed", [], w =>
        {
            for (var i = 0; i < 6; i++) w.People.After(TimeSpan.FromSeconds(5), () => w.People.AskWhatItCosts("alice", "a cat"));
            w.People.After(TimeSpan.FromSeconds(10), () => w.People.Ask("alice", "a cat"));
            for (var i = 0; i < 4; i++) w.People.After(TimeSpan.FromSeconds(15), () => w.People.Ask("alice", "a cat"));
        }) { VideosPerDay = 1, Swarm = new() { SecondProcess = true } },
        new("an agent's run is cancelled", "Running -> Cancelled", [], w => w.People.After(TimeSpan.FromSeconds(5), () =>
        {
            w.People.Ask("alice", "a cat", run: "run-1");
            w.People.After(TimeSpan.FromSeconds(15), () => w.People.CancelRun("run-1"));
        })) { Swarm = new() { SecondProcess = true } },
        new("nobody knows what it cost, and an operator gives it up", "Submitting -> DeadLettered", ["lost answer"], w =>
        {
            AsksTwice(w);
            w.People.After(TimeSpan.FromMinutes(50), w.People.Discard);
        }) { Swarm = new() { Resolution = Resolution.None } },
        new("a video of which somebody hears late", "Saving -> Completed", ["hearer down", "hearer deaf", "hearer down"], w =>
        {
            for (var i = 0; i < 4; i++) w.People.After(TimeSpan.FromSeconds(2 * i), () => w.People.Ask("alice", "a cat"));
            w.People.After(TimeSpan.FromMinutes(40), () => w.People.Ask("alice", "a cat"));
        }) { Swarm = new() { Hears = true, SecondProcess = true } },
        new("a dead letter of which somebody hears, and that goes on", "DeadLettered -> Saving", ["source gone"], w =>
        {
            for (var i = 0; i < 4; i++) w.People.After(TimeSpan.FromSeconds(2 * i), () => w.People.Ask("alice", "a cat"));
            w.People.After(TimeSpan.FromMinutes(50), w.People.Requeue);
        }) { Swarm = new() { Hears = true } },
        new("a route whose first account says no", "Submitting -> Admitting", [ProviderModel.Unavailable], AsksForARoute),
        new("a route whose first account does not take it", "Submitting -> Admitting", ["refused"], AsksForARoute),
        new("a route whose first account cannot be reached", "Submitting -> Admitting", [ProviderModel.NotSent], AsksForARoute),
        new("a route whose first account asks to slow down", "Submitting -> Admitting", [ProviderModel.Throttled, ProviderModel.Throttled, ProviderModel.Throttled], AsksForARoute),
        new("a route whose first account never got it", "Unresolved -> Admitting", [ProviderModel.NeverArrived], AsksForARoute),
        new("a route whose first account gets it late", "Unresolved -> Running", ["late delivery"], AsksForARoute) { Swarm = new() { QuietTime = TimeSpan.FromMinutes(1), FindLags = true } },
        new("a route whose first account lost the answer", "Submitting -> DeadLettered", ["lost answer"], AsksForARoute) { Swarm = new() { Resolution = Resolution.None } },
        new("a route whose first job fails free of charge", "Running -> Admitting", ["job fails free"], AsksForARoute),
        new("a route whose first job is charged and fails", "Running -> Failed", ["job fails charged"], AsksForARoute),
        new("a route against the policy", "Submitting -> Rejected", ["policy at submit"], AsksForARoute),
        new("a route against the policy once rendered", "Running -> Rejected", ["policy after rendering"], AsksForARoute),
        new("a route without money for its second account", "Admitting -> Failed", [ProviderModel.Unavailable], w =>
        {
            w.Budgets.GlobalDailyUsd = 3.20m;
            AsksForARoute(w);
        }),
        new("a route whose first account gets it after a freeze that no gate sees", "Unresolved -> Admitting", ["frozen behind the gate"], AsksForARoute) { Swarm = new() { SecondProcess = true } },
    ];

    private static void AsksForARoute(SimulatedWorld w)
    {
        w.People.After(TimeSpan.FromSeconds(2), () => w.People.Ask("alice", "a cat", Simulation.Tests.People.Way));
        w.People.After(TimeSpan.FromMinutes(40), () => w.People.Ask("alice", "a cat", Simulation.Tests.People.Way));
    }

    private static void Asks(SimulatedWorld w) => w.People.After(TimeSpan.Zero, () => w.People.Ask("alice", "a cat"));

    private static void AsksTwice(SimulatedWorld w)
    {
        Asks(w);
        w.People.After(TimeSpan.FromMinutes(40), () => w.People.Ask("alice", "a cat"));
    }

    private static void AsksAndIsErased(SimulatedWorld w, TimeSpan later)
    {
        Asks(w);
        w.People.After(later, () => w.People.Erase("alice", "a cat"));
    }

    private static void AsksAndDeletes(SimulatedWorld w, TimeSpan later) => w.People.After(TimeSpan.Zero, () =>
        w.People.Ask("alice", "a cat", andThen: id => w.People.After(later, () => w.People.Delete(id))));
}
