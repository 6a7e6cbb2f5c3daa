using VideoGen.Access;
using VideoGen.Budgets;
using VideoGen.Grains.Requests;
using VideoGen.Quotas;
using VideoGen.Requests;
using VideoGen.Simulation.Tests.Models;

namespace VideoGen.Simulation.Tests;

/// <summary>Who asks, asks again, changes their mind, and clicks twice; and the operator.</summary>
internal sealed class People(SimulatedWorld world)
{
    public static readonly VideoOptions Usual = new("sim", "1280x720", 4), Other = new("sim", "720x1280", 8), Free = new(ModelsModel.Free, "1280x720", 4), Way = new(ModelsModel.Way, "1280x720", 4);

    private static readonly TimeSpan ClocksAreWrongBy = TimeSpan.FromSeconds(15);
    private static readonly string[] Users = ["alice", "bob"];
    private static readonly string[] Prompts = ["a cat", "a dog", "a cow"];
    private readonly SortedDictionary<string, (VideoId Id, string User, string Prompt)> videos = new(StringComparer.Ordinal);

    /// <summary>Every video that a client was told of.</summary>
    public IEnumerable<VideoId> Accepted => videos.Values.Select(v => v.Id);

    /// <summary>What asks were answered with: an answer's name, or <c>nothing</c>.</summary>
    public SortedDictionary<string, int> Answers { get; } = new(StringComparer.Ordinal);

    public int Duplicates { get; private set; }

    public void Plan(DateTimeOffset until)
    {
        var chance = world.Chance;
        for (var i = 3 + chance.Next(10); i > 0; i--)
        {
            // Half of all people do everything within minutes.
            var within = chance.Percent(50) ? TimeSpan.FromMinutes(15) : until - SimulatedWorld.Start;
            After(SimulatedWorld.Start + chance.Span(TimeSpan.Zero, within) - world.Clock.GetUtcNow(), SomethingHappens);
        }

        for (var i = chance.Next(4); i > 0; i--) After(chance.Span(TimeSpan.Zero, until - SimulatedWorld.Start), Requeue);
        for (var i = chance.Percent(50) ? 1 + chance.Next(2) : 0; i > 0; i--) After(chance.Span(TimeSpan.Zero, chance.Percent(50) ? TimeSpan.FromMinutes(15) : until - SimulatedWorld.Start), Pause);
        if (chance.Percent(30)) After(chance.Span(TimeSpan.Zero, until - SimulatedWorld.Start), Discard);
        if (chance.Percent(20)) After(chance.Span(TimeSpan.Zero, until - SimulatedWorld.Start), () => Requeue(acceptDoublePayment: true, clicks: 1 + chance.Next(2)));
    }

    /// <summary>Somebody does something a while from now.</summary>
    public void After(TimeSpan wait, Action action) => world.At(world.Clock.GetUtcNow() + wait, action);

    public void Ask(string user, string prompt, VideoOptions? options = null, string? run = null, Action<VideoId>? andThen = null) =>
        Send(new(new("local", user), prompt, options ?? Usual, Run: run), Directly, andThen);

    /// <summary>Wishes another take, and says yes so many times a while after the question.</summary>
    public void AskForAnother(string user, string prompt, int yes, VideoOptions? options = null)
    {
        var wish = new VideoAsk(new("local", user), prompt, options ?? Usual, AnotherTake: true);
        Send(wish, Directly, andThen: null, offer =>
        {
            SaidYes[offer.Token] = offer.Until;
            var wait = world.Chance.Percent(90) ? TimeSpan.FromMinutes(3) : TimeSpan.FromMinutes(15);
            for (; yes > 0; yes--)
            {
                After(world.Chance.Span(TimeSpan.Zero, wait), () => Send(
                    wish with { AnotherTake = false, Confirmation = offer.Token },
                    Directly));
            }
        });
    }

    /// <summary>Asks what it would cost, and what would become of it. Nothing comes of that.</summary>
    public void AskWhatItCosts(string user, string prompt)
    {
        var ask = new VideoAsk(new("local", user), prompt, Usual);
        world.SomeProcess()?.Do("quote", grains => Try(() => grains.GetGrain<IVideoRequestGrain>(VideoRequestKey.For(1, ask)).Quote(ask)));
    }

    /// <summary>Asks under an Idempotency-Key. The body is always the same.</summary>
    public void AskUnder(string key, string user, string prompt) => Send(new(new("local", user), prompt, Usual), async (grains, ask) =>
    {
        switch (await grains.GetGrain<IIdempotencyGrain>(IdempotencyKey.For(ask.Owner, key)).Ask(prompt, ask))
        {
            case IdempotentAnswer.Answered answered:
                return answered.Answer;
            case IdempotentAnswer.Deleted:
                Count("key of a deleted video");
                return null;
            default:
                throw world.Checks.Broken($"The key {key} was refused with the body that it was used with.");
        }
    });

    /// <summary>The tokens that somebody said yes to, and until when their offers stand.</summary>
    public Dictionary<string, DateTimeOffset> SaidYes { get; } = new(StringComparer.Ordinal);

    /// <summary>What each agent's run was told to be new and counts.</summary>
    public Dictionary<string, HashSet<VideoId>> NewOfRuns { get; } = new(StringComparer.Ordinal);

    private static async Task<AskAnswer?> Directly(IGrainFactory grains, VideoAsk ask) => await grains.GetGrain<IVideoRequestGrain>(VideoRequestKey.For(1, ask)).Ask(ask);

    private void Send(VideoAsk wish, Func<IGrainFactory, VideoAsk, Task<AskAnswer?>> send, Action<VideoId>? andThen = null, Action<ConfirmationOffer>? offered = null)
    {
        var ask = world.Hearers.Of(wish);
        world.SomeProcess()?.Do("ask", async grains =>
        {
            Count("asked");
            world.Hearers.Wants(ask);
            var since = world.Clock.GetUtcNow();
            AskAnswer? answer;
            try
            {
                answer = await send(grains, ask);
            }
            catch (Exception e) when (e is TimeoutException or OrleansException or IOException)
            {
                Count("nothing");
                return;
            }

            if (answer is null) return;
            Count(answer.GetType().Name);
            Hear(ask, since, answer);
            if (answer is AskAnswer.Question { Offer: { } offer }) offered?.Invoke(offer);
            if (answer is not AskAnswer.Accepted accepted) return;
            world.Hearers.Promise(ask, accepted, underKey: send != Directly);
            andThen?.Invoke(accepted.Video.Id);
        });
    }

    private void Hear(VideoAsk ask, DateTimeOffset since, AskAnswer answer)
    {
        var user = ask.Owner.User;
        if (answer is AskAnswer.Refused { Refusal: var refusal })
        {
            Count($"refused: {refusal.Code}");
            var ledger = refusal.Code switch
            {
                Codes.QuotaExceeded or Codes.Cooldown => QuotaKey.For(ask.Owner.ToString()),
                Codes.RunLimit when ask.Confirmation is null => AgentRunKey.For(ask.Owner, ask.Run!),
                _ => null,
            };
            var key = VideoRequestKey.For(1, ask);
            if (ledger is not null && ask.Confirmation is null) // Which take a confirmation was for is not known here.
            {
                if (!world.Checks.WasFull(ledger, key, since)) throw world.Checks.Broken($"{user} was refused ({refusal.Code}), and {ledger} was free all the while.");
                if (world.Checks.WasThere(key, since)) throw world.Checks.Broken($"{user} was refused ({refusal.Code}), and the video was on its way all the while.");
            }

            if (refusal.Code == Codes.BudgetExceeded && !world.MoneyChecks.WasShort(PriceOf(ask.Options), since - TimeSpan.FromMinutes(15))) throw world.Checks.Broken($"{user} was refused ({refusal.Code}), and there was money all the while: {refusal.Text}");
            if (refusal.Code == Codes.ConfirmationUnknown && world.Clock.GetUtcNow() < SaidYes[ask.Confirmation!] - ClocksAreWrongBy) throw world.Checks.Broken("A yes to an offer that stands was refused.");
        }

        if (answer is not AskAnswer.Accepted accepted) return;
        Remember(accepted.Video.Id, user, ask.Prompt);
        if (accepted.Dedup != Dedup.New) Duplicates++;
        else if (ask.Run is { } run && ask.Options != Free) (NewOfRuns.TryGetValue(run, out var known) ? known : NewOfRuns[run] = []).Add(accepted.Video.Id);
        world.Trace.Add(world.Clock.GetUtcNow(), 0, "answered", $"{accepted.Video.Id.Round} {accepted.Dedup}");
        if (accepted.Video.Options != ask.Options) throw world.Checks.Broken("An ask was answered with a video of other options.");
        if ((accepted.Video.Variation > 0) != (ask.Confirmation is not null)) throw world.Checks.Broken("A take was made that nobody confirmed, or one that was confirmed was not.");
    }

    public void Delete(VideoId id) =>
        world.SomeProcess()?.Do("delete", grains => Try(() => grains.GetGrain<IVideoRequestGrain>(id.RequestKey).Delete(id.Round)));

    public void Erase(string user, string prompt) => world.SomeProcess()?.Do("erase", grains => Try(() => grains.GetGrain<IVideoRequestGrain>(VideoRequestKey.For(1, new VideoAsk(new("local", user), prompt, Usual))).Erase()));

    /// <summary>The operator sends a dead letter again, sometimes with two clicks.</summary>
    public void Requeue() => Requeue(acceptDoublePayment: false, clicks: 1 + world.Chance.Next(2));

    /// <summary>The requests for which an operator accepted that they may be paid twice, and how often.</summary>
    public Dictionary<string, int> AcceptedTwice { get; } = new(StringComparer.Ordinal);

    /// <summary>The same, perhaps although nobody knows whether it was paid: with so many clicks, so far apart.</summary>
    public void Requeue(bool acceptDoublePayment, int clicks, TimeSpan apart = default)
    {
        var dead = world.Checks.DeadLetters().ToArray();
        if (dead.Length == 0) return;
        var (key, round) = world.Chance.Pick<(string, int)>(dead);
        if (acceptDoublePayment) AcceptedTwice[key] = AcceptedTwice.GetValueOrDefault(key) + 1;
        for (var click = 0; click < clicks; click++)
        {
            if (apart == default) Click();
            else After(click * apart, Click);
        }

        void Click() => world.SomeProcess()?.Do("requeue", grains => Try(async () =>
        {
            if (await grains.GetGrain<IVideoRequestGrain>(key).Requeue(round, acceptDoublePayment) is not RequeueAnswer.Requeued requeued) return;
            world.Trace.Add(world.Clock.GetUtcNow(), 0, "requeued");
            var (_, user, prompt) = videos.Values.First(v => v.Id.RequestKey == key);
            Remember(requeued.Video.Id, user, prompt);
        }));
    }

    /// <summary>Somebody stops all that an agent's run has on its way, as the door does: each video that is listed as live.</summary>
    public void CancelRun(string run)
    {
        foreach (var (key, round) in world.Checks.LiveOf(run).ToArray())
        {
            world.SomeProcess()?.Do("cancel run", grains => Try(() => grains.GetGrain<IVideoRequestGrain>(key).Cancel(round)));
        }
    }

    /// <summary>The operator's kill switch: a row in the database, and its answer a second later.</summary>
    public void Pause()
    {
        var scope = world.Chance.Pick(Scopes.Global, Scopes.Global, Scopes.Client("local"), Scopes.User(new("local", Users[0])), Scopes.Provider(ProviderModel.AccountName), Scopes.Provider(ProviderModel.SecondAccount));
        Pause(scope, world.Chance.Span(TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(40)));
    }

    public void Pause(string scope, TimeSpan holds)
    {
        var now = world.Clock.GetUtcNow();
        world.Trace.Add(now, 0, "paused", scope);
        world.Pauses.Set(new(scope, PauseKind.Operator, "lunch", now, world.Chance.Percent(50) ? now + holds : null));
        After(holds, () => Resume(scope));
    }

    public void Resume(string scope) => world.Pauses.Lift(scope, world.Clock.GetUtcNow());

    /// <summary>The operator gives up finding out what one dead letter cost.</summary>
    public void Discard()
    {
        var dead = world.Checks.DeadLetters().ToArray();
        if (dead.Length == 0) return;
        var (key, round) = world.Chance.Pick<(string, int)>(dead);
        world.SomeProcess()?.Do("discard", grains => Try(async () =>
        {
            if (await grains.GetGrain<IVideoRequestGrain>(key).Discard(round, "nobody knows") is not null) world.Trace.Add(world.Clock.GetUtcNow(), 0, "discarded");
        }));
    }

    private static decimal PriceOf(VideoOptions options) => 0.80m * options.Seconds;

    private void SomethingHappens()
    {
        var chance = world.Chance;
        var (user, prompt) = (chance.Pick<string>(Users), chance.Pick<string>(Prompts));
        switch (chance.Next(15))
        {
            case < 3:
                Ask(user, prompt, chance.Percent(20) ? Free : chance.Percent(60) ? Way : Usual);
                break;
            case < 6:
                var most = chance.Percent(40) ? Way : Usual;
                for (var burst = 2 + chance.Next(6); burst > 0; burst--) Ask(user, prompt, chance.Percent(10) ? Other : most);
                break;
            case < 8: // Changes their mind at once.
                Ask(user, prompt, chance.Percent(30) ? Way : Usual, andThen: id => After(chance.Span(TimeSpan.Zero, TimeSpan.FromMinutes(3)), () => Delete(id)));
                break;
            case 8: // Comes back a day later, perhaps as soon as it may be made again, just when an operator looks.
                Ask(user, prompt);
                var soon = TimeSpan.FromHours(24) + world.Requests.WindowMargin + chance.Span(TimeSpan.Zero, TimeSpan.FromMinutes(1));
                After(chance.Percent(50) ? soon : TimeSpan.FromHours(23) + chance.Span(TimeSpan.Zero, TimeSpan.FromHours(4)), () =>
                {
                    Ask(user, prompt);
                    After(chance.Span(TimeSpan.Zero, TimeSpan.FromMinutes(2)), Requeue);
                });
                break;
            case 9 when SomeVideo() is { } video:
                Delete(video.Id);
                break;
            case 10 when SomeVideo() is { } video: // Deletes it and asks again.
                Delete(video.Id);
                After(chance.Span(TimeSpan.Zero, TimeSpan.FromMinutes(10)), () => Ask(video.User, video.Prompt));
                break;
            case 11:
                Watch();
                break;
            case 12:
                Ask(user, prompt);
                After(chance.Span(TimeSpan.Zero, TimeSpan.FromMinutes(20)), () => AskForAnother(user, prompt, 1 + chance.Next(3), chance.Percent(50) ? Usual : Other));
                break;
            case 13: // An agent that will not take no for an answer.
                var run = $"run-{chance.Next(3)}";
                for (var wording = 2 + chance.Next(3); wording > 0; wording--) After(chance.Span(TimeSpan.Zero, TimeSpan.FromMinutes(chance.Percent(50) ? 0 : 30)), () => Ask(user, chance.Pick<string>(Prompts), run: run));
                if (chance.Percent(30)) After(chance.Span(TimeSpan.Zero, TimeSpan.FromMinutes(10)), () => CancelRun(run));
                break;
            case 14:
                for (var burst = 1 + chance.Next(3); burst > 0; burst--) AskUnder(prompt, user, prompt);
                After(TimeSpan.FromHours(chance.Next(30)), () => AskUnder(prompt, user, prompt));
                break;
        }
    }

    private void Watch()
    {
        if (SomeVideo() is not { Id: var id }) return;
        world.SomeProcess()?.Do("watch", async grains =>
        {
            var grain = grains.GetGrain<IVideoRequestGrain>(id.RequestKey);
            var seen = 0L;
            for (var i = 0; i < 10; i++) await Try(async () => seen = (await grain.WaitForChange(id.Round, seen))?.Revision ?? 0);
        });
    }

    private (VideoId Id, string User, string Prompt)? SomeVideo() => videos.Count == 0 ? null : videos.Values.ElementAt(world.Chance.Next(videos.Count));

    private void Remember(VideoId id, string user, string prompt) => videos[id.ToString()] = (id, user, prompt);

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
