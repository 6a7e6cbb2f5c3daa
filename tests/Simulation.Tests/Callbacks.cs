using VideoGen.Grains.Persistence;
using VideoGen.Providers;
using VideoGen.Simulation.Tests.Models;

namespace VideoGen.Simulation.Tests;

/// <summary>
/// What providers say by themselves: that a job has ended, and sometimes that it has begun. It may be lost, hours late, or come twice; and
/// somebody may say it in a provider's name, or say something else with what a provider has signed.
/// </summary>
/// <param name="world">The world.</param>
/// <param name="chance">Its own: what a run without callbacks does must not depend on them.</param>
internal sealed class Callbacks(SimulatedWorld world, Chance chance)
{
    public const string Genuine = "signed", Forged = "not signed";

    private const string NoJob = "job0";

    /// <summary>Whether this run has any.</summary>
    public bool Drawn { get; } = chance.Percent(25);

    /// <summary>A provider has taken a job.</summary>
    public void Of(Job job)
    {
        if (!world.Swarm.CallsBack) return;
        if (job.EndsAt < DateTimeOffset.MaxValue) Ended(job);
        if (world.Calm) return;
        if (chance.Percent(30)) Send("callback early", job, job.AcceptedAt + chance.Span(TimeSpan.Zero, TimeSpan.FromSeconds(2)), job.Id, Genuine);
        if (chance.Percent(20)) Send("callback forged", job, Sometime(job), job.Id, Forged);
        if (chance.Percent(20)) Send("callback of another job", job, Sometime(job), chance.Pick(NoJob, world.Provider.Jobs[chance.Next(world.Provider.Jobs.Count)].Id), Genuine);
    }

    private void Ended(Job job)
    {
        if (!world.Calm && chance.Percent(20))
        {
            world.Trace.Add(world.Clock.GetUtcNow(), 0, "callback lost");
            return;
        }

        Send("callback", job, job.EndsAt, job.Id, Genuine);
        if (world.Calm) return;
        if (chance.Percent(30)) Send("callback doubled", job, job.EndsAt + chance.Span(TimeSpan.Zero, TimeSpan.FromMinutes(1)), job.Id, Genuine);
        if (chance.Percent(20)) Send("callback late", job, job.EndsAt + chance.Span(TimeSpan.Zero, TimeSpan.FromHours(3)), job.Id, Genuine);
    }

    private DateTimeOffset Sometime(Job job) => job.AcceptedAt + chance.Span(TimeSpan.Zero, TimeSpan.FromMinutes(10));

    private void Send(string name, Job job, DateTimeOffset at, string jobId, string signature) => world.At(at, () => world.SomeProcess()?.Do("callback", async grains =>
    {
        CallbackVerdict verdict;
        try
        {
            verdict = await grains.GetGrain<IProviderGrain>(ProviderKey.For(job.Account)).CalledBack(new(job.ProviderKey, "msg", "now", signature, jobId));
        }
        catch (Exception e) when (e is TimeoutException or OrleansException or IOException or CommitUnknownException)
        {
            return; // It is lost: nobody may rely on it.
        }

        world.Trace.Add(world.Clock.GetUtcNow(), 0, name, jobId);
        if (verdict != (signature == Genuine ? CallbackVerdict.Taken : CallbackVerdict.NotSigned)) throw world.Checks.Broken($"A {name} was {verdict}.");
    }));
}
