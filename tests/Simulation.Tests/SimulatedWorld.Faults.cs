using VideoGen.Grains.Requests;
using VideoGen.Simulation.Tests.Models;

namespace VideoGen.Simulation.Tests;

/// <summary>What goes wrong for a while, and when that ends.</summary>
internal sealed partial class SimulatedWorld
{
    private void Landed(string name, string key, object document)
    {
        lastLanding = Clock.GetUtcNow();
        Checks.Landed(name, key, document);
        if (Calm) return;
        // Who was frozen goes on when it is least welcome: just after somebody else did something, or is about to send.
        var percent = document is RequestDocument request && request.Rounds.Any(r => r is RequestState.Queued) ? 50 : 5;
        foreach (var process in processes)
        {
            if (process.Frozen && Chance.Percent(percent)) At(Clock.GetUtcNow() + Chance.Span(TimeSpan.Zero, TimeSpan.FromSeconds(1)), process.Thaw);
        }
    }

    private void PlanFaults()
    {
        if (Swarm.SecondProcess) At(Start + Chance.Span(TimeSpan.Zero, TimeSpan.FromMinutes(20)), StartProcess);
        for (var i = Swarm.DiskOutage ? 1 + Chance.Next(3) : 0; i > 0; i--)
        {
            // For minutes; the quotas alone for longer than a request waits for them.
            var table = Chance.Pick(null, GrainNames.Quota, GrainNames.VideoRequest, GrainNames.AgentRun);
            var outage = new Outage(table, WritesLand: Chance.Percent(50));
            PlanOutage("disk down", table is GrainNames.Quota or GrainNames.AgentRun ? TimeSpan.FromHours(3) : TimeSpan.FromMinutes(10), down => Disk.Outage = down ? outage : null);
        }

        if (Swarm.DatabaseClockWrong) PlanWrongClock();
        for (var i = Swarm.ProviderOutage ? 1 + Chance.Next(2) : 0; i > 0; i--)
        {
            var how = Chance.Pick(ProviderModel.Throttled, ProviderModel.Unavailable, ProviderModel.NotSent, ProviderModel.NeverArrived);
            var at = Chance.Pick(null, ProviderModel.AccountName, ProviderModel.SecondAccount);
            PlanOutage("provider down", TimeSpan.FromHours(2), down =>
            {
                (Provider.Outage, Provider.OutageAt) = down ? (how, at) : (null, null);
                if (down) AskMeanwhile();
            });
        }
    }

    // Who asks for a route when its first account has failed for some minutes meets the breaker.
    private void AskMeanwhile()
    {
        People.After(Chance.Span(TimeSpan.Zero, TimeSpan.FromMinutes(1)), () => People.Ask("carol", "a sheep"));
        People.After(Chance.Span(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10)), () => People.Ask("dave", "a goat", Simulation.Tests.People.Way));
    }

    private void PlanWrongClock()
    {
        var by = Chance.Span(TimeSpan.FromMinutes(1), TimeSpan.FromHours(3)) * (Chance.Percent(50) ? 1 : -1);
        PlanOutage("database clock wrong", TimeSpan.FromHours(2), wrong => Pauses.WrongClock = wrong ? (by, Clock.GetUtcNow()) : null);
    }

    private void PlanOutage(string name, TimeSpan longest, Action<bool> set)
    {
        // Half of them while most people are there.
        var from = Chance.Span(TimeSpan.Zero, Chance.Percent(50) ? TimeSpan.FromMinutes(15) : CalmAt - Start);
        At(Start + from, () =>
        {
            if (Calm) return;
            Trace.Add(Clock.GetUtcNow(), 0, $"fault {name}");
            set(true);
        });
        At(Start + from + Chance.Span(TimeSpan.FromSeconds(1), longest), () => set(false));
    }

    private void BeCalm()
    {
        Calm = true;
        Disk.Outage = null;
        Pauses.WrongClock = null;
        Provider.Outage = null;
        processes.ForEach(p => p.Thaw());
        foreach (var pause in Pauses.InForce(Clock.GetUtcNow())) Pauses.Lift(pause.Scope, Clock.GetUtcNow());
        Trace.Add(Clock.GetUtcNow(), 0, "calm");
    }
}
