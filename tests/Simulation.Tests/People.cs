using VideoGen.Access;
using VideoGen.Grains.Requests;
using VideoGen.Requests;

namespace VideoGen.Simulation.Tests;

/// <summary>Who asks, asks again, changes their mind, and clicks twice; and the operator.</summary>
internal sealed class People(SimulatedWorld world)
{
    private static readonly string[] Users = ["alice", "bob"];
    private static readonly string[] Prompts = ["a cat", "a dog", "a cow"];
    private static readonly VideoOptions Usual = new("sim", "1280x720", 4), Other = new("sim", "720x1280", 8);

    /// <summary>Every video that a client was told of.</summary>
    public HashSet<VideoId> Accepted { get; } = [];

    /// <summary>What asks were answered with: an answer's name, or <c>nothing</c>.</summary>
    public SortedDictionary<string, int> Answers { get; } = new(StringComparer.Ordinal);

    public int Duplicates { get; private set; }

    public void Plan(DateTimeOffset until)
    {
        var chance = world.Chance;
        for (var i = 3 + chance.Next(10); i > 0; i--)
        {
            var at = SimulatedWorld.Start + chance.Span(TimeSpan.Zero, until - SimulatedWorld.Start);
            // Half of all people do everything within minutes.
            if (chance.Percent(50)) at = SimulatedWorld.Start + chance.Span(TimeSpan.Zero, TimeSpan.FromMinutes(15));
            world.At(at, SomethingHappens);
        }
    }

    private void SomethingHappens()
    {
        var chance = world.Chance;
        var (user, prompt) = (chance.Pick<string>(Users), chance.Pick<string>(Prompts));
        switch (chance.Next(10))
        {
            case < 4:
                Ask(user, prompt, Usual);
                break;
            case < 7:
                for (var burst = 2 + chance.Next(6); burst > 0; burst--) Ask(user, prompt, chance.Percent(10) ? Other : Usual);
                break;
            case 7:
                Delete();
                break;
            case 8:
                Requeue();
                break;
            default:
                Watch();
                break;
        }
    }

    private void Ask(string user, string prompt, VideoOptions options)
    {
        var owner = new Owner("local", user);
        world.SomeProcess()?.Do("ask", async grains =>
        {
            Count("asked");
            AskAnswer answer;
            try
            {
                answer = await grains.GetGrain<IVideoRequestGrain>(VideoRequestKey.For(1, owner, prompt)).Ask(new(owner, prompt, options));
            }
            catch (Exception e) when (e is TimeoutException or OrleansException or IOException)
            {
                Count("nothing");
                return;
            }

            Count(answer.GetType().Name);
            if (answer is not AskAnswer.Accepted accepted) return;
            Accepted.Add(accepted.Video.Id);
            if (accepted.Dedup != Dedup.New) Duplicates++;
            world.Trace.Add(world.Clock.GetUtcNow(), 0, "answered", $"{accepted.Video.Id.Round} {accepted.Dedup}");
            if (accepted.Video.Options != options) throw world.Checks.Broken("An ask was answered with a video of other options.");
        });
    }

    private void Delete()
    {
        if (SomeVideo() is not { } id) return;
        world.SomeProcess()?.Do("delete", grains => Try(() => grains.GetGrain<IVideoRequestGrain>(id.RequestKey).Delete(id.Round)));
    }

    private void Watch()
    {
        if (SomeVideo() is not { } id) return;
        world.SomeProcess()?.Do("watch", async grains =>
        {
            var grain = grains.GetGrain<IVideoRequestGrain>(id.RequestKey);
            var seen = 0L;
            for (var i = 0; i < 10; i++) await Try(async () => seen = (await grain.WaitForChange(id.Round, seen))?.Revision ?? 0);
        });
    }

    private void Requeue()
    {
        var dead = world.Checks.DeadLetters().ToArray();
        if (dead.Length == 0) return;
        var (key, round) = world.Chance.Pick<(string, int)>(dead);
        for (var clicks = 1 + world.Chance.Next(2); clicks > 0; clicks--)
        {
            world.SomeProcess()?.Do("requeue", async grains =>
            {
                await Try(async () =>
                {
                    if (await grains.GetGrain<IVideoRequestGrain>(key).Requeue(round) is not RequeueAnswer.Requeued requeued) return;
                    world.Trace.Add(world.Clock.GetUtcNow(), 0, "requeued");
                    Accepted.Add(requeued.Video.Id);
                });
            });
        }
    }

    private VideoId? SomeVideo() => Accepted.Count == 0 ? null : Accepted.OrderBy(id => id.ToString(), StringComparer.Ordinal).ElementAt(world.Chance.Next(Accepted.Count));

    private void Count(string answer) => Answers[answer] = Answers.GetValueOrDefault(answer) + 1;

    private static async Task Try(Func<Task> call)
    {
        try
        {
            await call();
        }
        catch (Exception e) when (e is TimeoutException or OrleansException or IOException or VideoGen.Grains.Persistence.CommitUnknownException)
        {
            // No answer: whoever wanted something may ask again.
        }
    }
}
