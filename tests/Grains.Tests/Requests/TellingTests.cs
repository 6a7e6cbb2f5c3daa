using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Grains.Webhooks;
using VideoGen.Requests;
using static VideoGen.Grains.Requests.RequestState;

namespace VideoGen.Grains.Tests.Requests;

/// <summary>Who is told how a video ends, when, and how often; and that nobody else waits for whoever does not listen.</summary>
public sealed class TellingTests
{
    private const string Hook = "wh_1", Address = "https://example.com/hook?key=secret", Other = "https://other.example/hook";

    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(2);

    private static VideoAsk Wish(string? url = null, bool webhooks = false) => World.Wish() with { WebhookUrl = url, HasWebhooks = webhooks };

    private static Task Settled(World world) => world.Until(() => world.Document() is { WakeAt: null, Rounds: [.., Ended] }, TimeSpan.FromDays(10), "nothing to be owed");

    [Fact]
    public async Task A_round_that_nobody_listens_to_owes_nothing_and_writes_nothing_more()
    {
        await using var world = new World();
        world.Clients.Registered.Add(Hook);
        await world.Drive(world.Ask(Wish()));
        await Settled(world);
        Assert.Empty(world.Clients.Tries);
        Assert.DoesNotContain("tell", world.Disk.Json(GrainNames.VideoRequest, World.Key())!, StringComparison.Ordinal);
        Assert.DoesNotContain("hearers", world.Disk.Json(GrainNames.VideoRequest, World.Key())!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_clients_webhooks_and_the_address_of_the_ask_are_each_told_once_of_the_ending()
    {
        await using var world = new World();
        await world.Drive(world.Ask(Wish(Address, webhooks: true)));
        world.Clients.Registered.Add(Hook); // Those that are registered when it ends.
        await Settled(world);
        Assert.Equal([Address, Hook], world.Clients.Tries.Select(t => t.To).Order(StringComparer.Ordinal));
        Assert.All(world.Clients.Tries, t => Assert.Equal(("video.completed", VideoStatus.Completed), (t.News.Type, t.News.Video.Status)));
        Assert.Equal($"evt_video_{World.Key()}_1_1", Assert.Single(world.Clients.Tries.Select(t => t.News.EventId).Distinct(StringComparer.Ordinal)));
        Assert.Equal(((Ended)world.State()).Since, world.Clients.Tries[0].News.At);
        Assert.Contains(world.Heard.Sums, s => s is { Key: "videogen.webhooks.told{outcome=heard}", Value: 2 });
    }

    [Fact]
    public async Task Who_does_not_hear_is_told_again_by_the_schedule_of_Standard_Webhooks_and_given_up_after_three_days()
    {
        await using var world = new World();
        var times = new List<DateTimeOffset>();
        world.Clients.Answers[Address] = cancellation =>
        {
            times.Add(world.Time.GetUtcNow());
            return ClientsDouble.Down(cancellation);
        };
        await world.Drive(world.Ask(Wish(Address)));
        await Settled(world);

        TimeSpan[] schedule =
        [
            TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5),
            TimeSpan.FromHours(10), TimeSpan.FromHours(14), TimeSpan.FromHours(20), TimeSpan.FromHours(24),
        ];
        Assert.Equal(schedule.Length + 1, times.Count);
        for (var i = 0; i < schedule.Length; i++) Assert.InRange((times[i + 1] - times[i]) / schedule[i], 0.89, 1.35); // A tenth either way, and a reminder's minute.
        Assert.Single(world.Clients.Tries.Select(t => t.News.EventId).Distinct(StringComparer.Ordinal));

        var decision = await world.Drive(world.Request().Explain(1));
        var step = Assert.Single(decision!.Steps, s => s.Code == "not_told");
        Assert.Contains("https://example.com", step.Text, StringComparison.Ordinal);
        Assert.Contains("500", step.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", step.Text, StringComparison.Ordinal);
        Assert.Contains(world.Heard.Sums, s => s is { Key: "videogen.webhooks.told{outcome=given_up}", Value: 1 });
    }

    [Fact]
    public async Task One_that_does_not_answer_holds_up_neither_the_others_nor_money_nor_the_next_round()
    {
        await using var world = new World();
        world.Provider.NextEndings.Enqueue(new CheckReply.Failed(Given.Policy, Charged.No));
        world.Clients.Answers[Address] = ClientsDouble.Deaf;
        world.Clients.Registered.Add(Hook);
        await world.Drive(world.Ask(Wish(Address, webhooks: true)));
        await world.Drive(world.Ask(Wish(Other)));
        await world.Until(() => world.State() is Ended);
        var ended = world.Time.GetUtcNow();
        await world.Until(() => world.Clients.Tries.Count == 3 && world.State() is Ended { Settle: null }, TimeSpan.FromMinutes(5), "all but one to be told");
        Assert.InRange(world.Time.GetUtcNow() - ended, TimeSpan.Zero, Moment);
        await world.Until(() => ((Ended)world.State()).Telling!.Told.Count(t => t.Fate == ToldFate.Heard) == 2, TimeSpan.FromMinutes(5), "what was told to be written down");
        Assert.InRange(world.Time.GetUtcNow() - ended, TimeSpan.Zero, Moment);
    }

    [Fact]
    public async Task Whoever_takes_all_of_the_time_that_it_has_is_heard_however_short_other_calls_may_be()
    {
        await using var world = new World();
        world.Requests.CallTimeout = TimeSpan.FromSeconds(1);
        world.Clients.Answers[Address] = async cancellationToken =>
        {
            await Task.Delay(IClientNews.Patience, world.Time, cancellationToken);
            return new NewsReply.Heard();
        };
        await world.Drive(world.Ask(Wish(Address)));
        await Settled(world);
        Assert.Single(world.Clients.Tries);
        Assert.Equal(ToldFate.Heard, Assert.Single(((Ended)world.State()).Telling!.Told).Fate);
    }

    [Fact]
    public async Task A_new_round_is_paid_and_sent_while_one_is_told_that_does_not_answer()
    {
        await using var world = new World();
        world.Provider.NextEndings.Enqueue(new CheckReply.Failed(Given.Invalid, Charged.No)); // Free: the same prompt may be asked for again at once.
        world.Clients.Answers[Address] = ClientsDouble.Deaf;
        await world.Drive(world.Ask(Wish(Address)));
        await world.Until(() => world.Clients.Tries.Count == 1, what: "the telling to begin");
        var began = world.Time.GetUtcNow();
        await world.Drive(world.Ask(Wish()));
        await world.Until(() => world.Provider.Jobs.Count == 2, TimeSpan.FromMinutes(1), "the second job to be made");
        Assert.InRange(world.Time.GetUtcNow() - began, TimeSpan.Zero, Moment);
        Assert.Single(world.Clients.Tries);
    }

    [Fact]
    public async Task Who_answers_410_is_not_told_again()
    {
        await using var world = new World();
        world.Clients.Answers[Address] = ClientsDouble.Gone;
        await world.Drive(world.Ask(Wish(Address)));
        await Settled(world);
        Assert.Single(world.Clients.Tries);
        Assert.Equal(ToldFate.Gone, Assert.Single(((Ended)world.State()).Telling!.Told).Fate);
    }

    [Fact]
    public async Task Who_asks_for_what_is_on_its_way_is_told_as_well()
    {
        await using var world = new World();
        world.Clients.Registered.Add(Hook);
        await world.Drive(world.Ask(Wish()));
        Assert.Equal(Dedup.Joined, Assert.IsType<AskAnswer.Accepted>(await world.Drive(world.Ask(Wish(Address, webhooks: true)))).Dedup);
        await world.Drive(world.Ask(Wish(Other)));
        await world.Drive(world.Ask(Wish(Other)));
        await Settled(world);
        Assert.Equal([Address, Other, Hook], world.Clients.Tries.Select(t => t.To).Order(StringComparer.Ordinal));
        Assert.Single(world.Provider.Jobs);
    }

    [Fact]
    public async Task A_video_has_eight_addresses_and_whoever_names_one_more_is_told_so_and_gets_the_video()
    {
        await using var world = new World();
        for (var i = 0; i < RequestTelling.MaxAddresses; i++)
        {
            var answer = Assert.IsType<AskAnswer.Accepted>(await world.Drive(world.Ask(Wish($"https://{i}.example/"))));
            Assert.False(answer.WebhookLeftOut);
        }

        Assert.True(Assert.IsType<AskAnswer.Accepted>(await world.Drive(world.Ask(Wish(Address)))).WebhookLeftOut);
        Assert.False(Assert.IsType<AskAnswer.Accepted>(await world.Drive(world.Ask(Wish("https://0.example/")))).WebhookLeftOut);
        await Settled(world);
        Assert.Equal(RequestTelling.MaxAddresses, world.Clients.Tries.Count);
        Assert.DoesNotContain(world.Clients.Tries, t => t.To == Address);
    }

    [Fact]
    public async Task Who_asks_when_it_is_there_is_told_at_the_address_of_that_ask_alone()
    {
        await using var world = new World();
        world.Clients.Registered.Add(Hook);
        await world.Drive(world.Ask(Wish(webhooks: true)));
        await Settled(world);
        Assert.Equal(Dedup.Replayed, Assert.IsType<AskAnswer.Accepted>(await world.Drive(world.Ask(Wish(Address, webhooks: true)))).Dedup);
        await Settled(world);
        Assert.Equal([Hook, Address], world.Clients.Tries.Select(t => t.To));
        Assert.Single(world.Clients.Tries.Select(t => t.News.EventId).Distinct(StringComparer.Ordinal));
    }

    [Fact]
    public void What_ends_while_an_ask_for_it_is_answered_is_told_to_the_webhooks_as_well()
    {
        var ended = Given.Settled(Given.Completed());
        var late = Assert.IsType<Ended>(RequestLifecycle.Apply(ended, new RequestEvent.Listened(1, Webhooks: true, Address: null, WasLive: true, Given.T)));
        Assert.Contains(RequestTelling.Owed(Given.Document(late)), owed => owed.Effect is RequestEffect.FindHearers);
        Assert.Same(ended, RequestLifecycle.Apply(ended, new RequestEvent.Listened(1, Webhooks: true, Address: null, WasLive: false, Given.T)));
    }

    [Fact]
    public void A_failed_try_that_is_written_twice_counts_once()
    {
        var state = Given.States.Single(s => s.Name == "Completed, told to all but one").State;
        var failed = new RequestEvent.ClientNotTold(1, 1, "https://example.com/hook", Failures: 2, Given.Down, Given.T);
        var once = Assert.IsType<Ended>(RequestLifecycle.Apply(state, failed));
        Assert.Equal(3, once.Telling!.Told[0].Due!.Failures);
        Assert.Same(once, RequestLifecycle.Apply(once, failed));
    }

    [Fact]
    public async Task What_is_owed_outlives_the_process()
    {
        await using var world = new World();
        world.Clients.Answers[Address] = ClientsDouble.Down;
        world.Clients.Answers[Other] = _ => new TaskCompletionSource<NewsReply>().Task;
        await world.Drive(world.Ask(Wish(Address)));
        await world.Drive(world.Ask(Wish(Other)));
        await world.Until(() => world.State() is Ended { Telling: { } telling } && Array.Exists(telling.Told, told => told.Due is { Failures: 2 }), what: "two tries to fail");
        world.CrashAndStart();
        world.Clients.Answers.Clear();
        await world.Wake();
        await Settled(world);
        Assert.All(((Ended)world.State()).Telling!.Told, told => Assert.Equal(ToldFate.Heard, told.Fate));
        Assert.Single(world.Clients.Tries.Select(t => t.News.EventId).Distinct(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_dead_letter_is_told_as_failed_and_the_ending_that_it_has_after_all_under_another_name()
    {
        await using var world = new World();
        world.Requests.JobDeadline = TimeSpan.FromMinutes(10);
        world.Provider.RenderTime = TimeSpan.FromHours(3);
        world.Clients.Registered.Add(Hook);
        await world.Drive(world.Ask(Wish(Address, webhooks: true)));
        await world.Until(() => world.State() is Ended { Outcome: RequestOutcome.Completed, Telling.Told: [{ Fate: not null }, { Fate: not null }] }, what: "the late ending to be told");
        var told = world.Clients.Tries.Select(t => (t.To, t.News.Type, t.News.EventId)).Order().ToArray();
        var video = $"evt_video_{World.Key()}_1";
        Assert.Equal(
            [(Address, "video.completed", $"{video}_2"), (Address, "video.failed", $"{video}_1"), (Hook, "video.completed", $"{video}_2"), (Hook, "video.failed", $"{video}_1")],
            told);
    }

    [Fact]
    public async Task A_dead_letter_that_is_made_anew_in_a_round_of_its_own_is_told_to_those_who_listened()
    {
        await using var world = new World();
        world.Provider.NextEndings.Enqueue(new CheckReply.Failed(Given.Down, Charged.No));
        world.Provider.NextEndings.Enqueue(new CheckReply.Failed(Given.Down, Charged.No));
        world.Provider.NextEndings.Enqueue(new CheckReply.Failed(Given.Down, Charged.No));
        await world.Drive(world.Ask(Wish(Address)));
        await world.Until(() => world.State() is Ended { Outcome: RequestOutcome.DeadLettered { ResumeAt: Queued } }, what: "it to be given up");
        Assert.IsType<RequeueAnswer.Requeued>(await world.Drive(world.Request().Requeue(1, acceptDoublePayment: false)));
        await world.Until(() => world.Clients.Tries.Exists(t => t.News.Type == "video.completed"), what: "the new round's ending to be told");
        Assert.Equal($"evt_video_{World.Key()}_2_1", world.Clients.Tries[^1].News.EventId);
    }

    [Fact]
    public async Task It_is_told_again_when_somebody_wants_that_under_the_same_name()
    {
        await using var world = new World();
        world.Clients.Answers[Address] = ClientsDouble.Gone;
        await world.Drive(world.Ask(Wish(Address)));
        Assert.Equal(TellAgainAnswer.NotEnded, await world.Drive(world.Request().TellAgain(1, hasWebhooks: true)));
        Assert.Equal(TellAgainAnswer.Unknown, await world.Drive(world.Request().TellAgain(2, hasWebhooks: true)));
        await Settled(world);
        world.Clients.Answers.Clear();
        world.Clients.Registered.Add(Hook); // Registered since.
        Assert.Equal(TellAgainAnswer.Telling, await world.Drive(world.Request().TellAgain(1, hasWebhooks: true)));
        await Settled(world);
        Assert.Equal([Address, Address, Hook], world.Clients.Tries.Select(t => t.To).Order(StringComparer.Ordinal));
        Assert.Single(world.Clients.Tries.Select(t => t.News.EventId).Distinct(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Nobody_is_told_again_where_there_is_nobody()
    {
        await using var world = new World();
        await world.Drive(world.Ask(Wish()));
        await Settled(world);
        Assert.Equal(TellAgainAnswer.Nobody, await world.Drive(world.Request().TellAgain(1, hasWebhooks: false)));
        Assert.Null(world.Document().WakeAt);
    }

    [Fact]
    public async Task Whoever_is_erased_leaves_no_address_that_their_asks_named_and_webhooks_hear_of_the_ending()
    {
        await using var world = new World();
        world.Clients.Registered.Add(Hook);
        world.Clients.Answers[Address] = ClientsDouble.Down;
        world.Provider.RenderTime = TimeSpan.FromHours(1);
        await world.Drive(world.Ask(Wish(Address, webhooks: true)));
        await world.Until(() => world.State() is Running, what: "it to run");
        await world.Drive(world.Request().Erase());
        await Settled(world);
        Assert.DoesNotContain("example.com", world.Disk.Json(GrainNames.VideoRequest, World.Key())!, StringComparison.Ordinal);
        Assert.Equal([(Hook, "video.failed")], world.Clients.Tries.Select(t => (t.To, t.News.Type)));
        Assert.Equal("", world.Clients.Tries[0].News.Video.Prompt);
    }

    [Fact]
    public async Task An_address_that_cannot_be_told_refuses_the_ask_before_anything_is_written()
    {
        await using var world = new World();
        world.Clients.No = new(Codes.WebhookUrlRefused, "no");
        Assert.Equal(Codes.WebhookUrlRefused, Assert.IsType<AskAnswer.Refused>(await world.Drive(world.Ask(Wish(Address)))).Refusal.Code);
        Assert.Null(world.Disk.Json(GrainNames.VideoRequest, World.Key()));
        Assert.IsType<AskAnswer.Accepted>(await world.Drive(world.Ask(Wish())));
    }

    [Fact]
    public async Task Which_webhooks_there_are_is_asked_again_where_the_database_does_not_answer()
    {
        await using var world = new World();
        world.Clients.Registered.Add(Hook);
        world.Clients.Lost = true;
        await world.Drive(world.Ask(Wish(webhooks: true)));
        await world.Until(() => world.State() is Ended { Telling.Look.Failures: > 2 }, what: "some looks to fail");
        world.Clients.Lost = false;
        await Settled(world);
        Assert.Equal(Hook, Assert.Single(world.Clients.Tries).To);
    }
}
