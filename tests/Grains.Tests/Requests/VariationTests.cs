using VideoGen.Grains.Requests;
using VideoGen.Reports;
using VideoGen.Requests;

namespace VideoGen.Grains.Tests.Requests;

/// <summary>Another take of a prompt is a question with a price, and a payment only for whoever says yes to it.</summary>
public sealed class VariationTests
{
    private static readonly VideoOptions Other = new("local", "720x1280", 8);

    [Fact]
    public async Task Other_options_are_a_priced_question_and_its_token_makes_one_other_video()
    {
        await using var world = await WithVideo();
        var question = Question(await world.Drive(world.Ask(World.Wish() with { Options = Other })), Codes.SamePromptOtherOptions);
        Assert.Equal((1, 6.40m), (question.Existing.Id.Round, question.Offer!.PriceUsd));
        Assert.Single(world.Provider.Jobs);

        var yes = World.Wish() with { Options = Other, Confirmation = question.Offer.Token };
        var taken = Accepted(await world.Drive(world.Ask(yes)), Dedup.New);
        Assert.Equal((Other, 1), (taken.Video.Options, taken.Video.Variation));
        Assert.NotEqual(question.Existing.Id.RequestKey, taken.Video.Id.RequestKey);
        Assert.Equal(2, world.Provider.Jobs.Count);
    }

    [Fact]
    public async Task The_same_token_always_answers_with_the_same_video()
    {
        await using var world = await WithVideo();
        world.Start();
        var yes = World.Wish() with { Options = Other, Confirmation = await Offer(world, Other) };
        var answers = await world.Drive(Enumerable.Range(0, 20).Select(i => world.Ask(yes, engine: i % 2)).ToArray());
        Assert.Single(answers.Cast<AskAnswer.Accepted>().Select(a => a.Video.Id).Distinct());
        world.Crash();
        world.Start();
        Accepted(await world.Drive(world.Ask(yes)), Dedup.Joined);
        Assert.Equal(2, world.Provider.Jobs.Count);
    }

    [Fact]
    public async Task A_token_stands_ten_minutes_for_its_prompt_options_and_price_and_for_nothing_else()
    {
        await using var world = await WithVideo();
        var token = await Offer(world, Other);
        Refused(await world.Drive(world.Ask(World.Wish() with { Confirmation = token })), Codes.ConfirmationUnknown);
        Refused(await world.Drive(world.Ask(World.Wish("a dog") with { Options = Other, Confirmation = token })), Codes.ConfirmationUnknown);
        world.Models.UsdPerSecond *= 2;
        Refused(await world.Drive(world.Ask(World.Wish() with { Options = Other, Confirmation = token })), Codes.ConfirmationUnknown);
        world.Models.UsdPerSecond /= 2;
        Assert.Equal(token, await Offer(world, Other));
        world.Time.Advance(RequestVariations.OfferFor);
        Refused(await world.Drive(world.Ask(World.Wish() with { Options = Other, Confirmation = token })), Codes.ConfirmationUnknown);
        Assert.NotEqual(token, await Offer(world, Other));
        Assert.Single(world.Provider.Jobs);
    }

    [Fact]
    public async Task Three_other_takes_in_a_window_and_the_fourth_when_the_first_has_left_it()
    {
        await using var world = await WithVideo();
        var first = world.Time.GetUtcNow();
        var early = World.Wish() with { Options = Other, Confirmation = await Offer(world, Other) };
        for (var i = 1; i <= RequestVariations.MaxInWindow; i++)
        {
            var taken = Accepted(await world.Drive(world.Ask(World.Wish() with { Confirmation = await Another(world) })), Dedup.New);
            Assert.Equal(i, taken.Video.Variation);
        }

        // Nobody is offered what cannot be had, and who has an offer from before is told when.
        var question = Question(await world.Drive(world.Ask(World.Wish() with { AnotherTake = true })), Codes.SamePromptVariation);
        Assert.Null(question.Offer);
        var refusal = Refused(await world.Drive(world.Ask(early)), Codes.VariationLimit);
        Assert.InRange(refusal.Until!.Value, first.AddDays(1), first.AddDays(1).AddMinutes(1));
        Assert.Equal(4, world.Provider.Jobs.Count);
    }

    [Fact]
    public async Task A_token_whose_window_is_over_pays_for_nothing()
    {
        await using var world = await WithVideo();
        var yes = World.Wish() with { Confirmation = await Another(world) };
        Accepted(await world.Drive(world.Ask(yes)), Dedup.New);
        await world.Ended();
        world.Time.Advance(TimeSpan.FromHours(25));
        Refused(await world.Drive(world.Ask(yes)), Codes.ConfirmationUnknown);
        Assert.Equal(2, world.Provider.Jobs.Count);
    }

    [Fact]
    public async Task Another_take_of_a_prompt_that_has_no_video_is_simply_its_video()
    {
        await using var world = new World();
        Assert.Equal(0, Accepted(await world.Drive(world.Ask(World.Wish() with { AnotherTake = true })), Dedup.New).Video.Variation);
        Assert.Single(world.Provider.Jobs);
    }

    [Fact]
    public async Task A_deleted_video_is_made_again_only_for_who_says_yes()
    {
        await using var world = await WithVideo();
        await world.Drive(world.Request().Delete(1));
        var offer = Question(await world.Drive(world.Ask()), Codes.SamePromptDeleted).Offer!;
        Accepted(await world.Drive(world.Ask(World.Wish() with { Confirmation = offer.Token })), Dedup.New);
        Assert.Equal(2, world.Provider.Jobs.Count);
    }

    [Fact]
    public async Task Another_take_counts_against_the_quota()
    {
        await using var world = await WithVideo();
        world.Quotas.VideosPerDay = 1;
        var token = await Another(world);
        Refused(await world.Drive(world.Ask(World.Wish() with { Confirmation = token })), Codes.QuotaExceeded);
        Assert.Single(world.Provider.Jobs);
    }

    [Fact]
    public async Task A_take_that_could_not_begin_does_not_begin_at_a_higher_price_than_was_said_yes_to()
    {
        await using var world = await WithVideo();
        world.Quotas.VideosPerDay = 1;
        var yes = World.Wish() with { Confirmation = await Another(world) };
        Refused(await world.Drive(world.Ask(yes)), Codes.QuotaExceeded);
        world.Quotas.VideosPerDay = 5;
        world.Models.UsdPerSecond *= 2;
        Refused(await world.Drive(world.Ask(yes)), Codes.ConfirmationUnknown);
        Assert.Single(world.Provider.Jobs);

        world.Models.UsdPerSecond /= 2;
        Accepted(await world.Drive(world.Ask(yes)), Dedup.New);
        world.Models.UsdPerSecond *= 2;
        Accepted(await world.Drive(world.Ask(yes)), Dedup.Joined); // What has begun is answered, whatever it would cost now.
        Assert.Equal(2, world.Provider.Jobs.Count);
    }

    [Fact]
    public async Task A_run_of_an_agent_can_neither_be_offered_another_take_nor_confirm_one()
    {
        await using var world = await WithVideo();
        var token = await Another(world);
        Assert.Null(Question(await world.Drive(world.Ask(World.Wish() with { AnotherTake = true, Run = "run-1" })), Codes.SamePromptVariation).Offer);
        Refused(await world.Drive(world.Ask(World.Wish() with { Confirmation = token, Run = "run-1" })), Codes.RunLimit);
        Assert.Single(world.Provider.Jobs);
        Assert.Equal([PreventedKind.BlockedRun], world.Prevented.Counted);
    }

    [Fact]
    public async Task A_crash_between_yes_and_the_take_pays_once()
    {
        for (var write = 1; write <= 4; write++)
        {
            await using var world = await WithVideo();
            var yes = World.Wish() with { Confirmation = await Another(world) };
            var left = write;
            world.Disk.OnWrite = _ =>
            {
                if (--left == 0) world.Crash();
                return null;
            };
            var lost = world.Ask(yes);
            await world.Settle();
            world.Disk.OnWrite = null;
            Assert.False(lost.IsCompleted);
            world.Start();
            await world.Drive(world.Ask(yes));
            await world.Until(() => world.Provider.Jobs.Count == 2, what: "the take to be made");
            await world.Until(() => world.Reminders.Count == 0, what: "everything to end");
            Assert.Equal(2, world.Provider.Jobs.Count);
        }
    }

    [Fact]
    public void Old_offers_give_way_and_numbers_are_never_used_again()
    {
        var document = new RequestDocument { LastVariation = 7 };
        for (var i = 0; i < 3 * RequestVariations.MaxOffers; i++) document = RequestVariations.Offer(document, $"t{i}", Given.Options with { Seconds = i }, i, Given.Limits, Given.T);
        Assert.Equal(RequestVariations.MaxOffers, document.Confirmations!.Length);
        Assert.Same(document, RequestVariations.Offer(document, "again", Given.Options with { Seconds = 23 }, 23, Given.Limits, Given.T));
        document = RequestVariations.Confirm(document, "t23", Given.Options with { Seconds = 23 }, 23, Given.Limits, Given.T);
        Assert.Equal(8, RequestVariations.Find(document, "t23", Given.Limits, Given.T)!.Variation);
        Assert.Same(document, RequestVariations.Confirm(document, "t23", Given.Options with { Seconds = 23 }, 23, Given.Limits, Given.T));
        Assert.Null(RequestVariations.Find(document, "t23", Given.Limits, Given.T.AddHours(24)));
    }

    private static async Task<World> WithVideo()
    {
        var world = new World();
        world.Quotas.Cooldown = TimeSpan.Zero;
        await world.Drive(world.Ask());
        await world.Ended();
        return world;
    }

    private static Task<string> Another(World world) => Offer(world, Given.Options, anotherTake: true);

    private static async Task<string> Offer(World world, VideoOptions options, bool anotherTake = false) =>
        Assert.IsType<AskAnswer.Question>(await world.Drive(world.Ask(World.Wish() with { Options = options, AnotherTake = anotherTake }))).Offer!.Token;

    private static AskAnswer.Question Question(AskAnswer answer, string code)
    {
        var question = Assert.IsType<AskAnswer.Question>(answer);
        Assert.Equal(code, question.Code);
        return question;
    }

    private static AskAnswer.Accepted Accepted(AskAnswer answer, Dedup dedup)
    {
        var accepted = Assert.IsType<AskAnswer.Accepted>(answer);
        Assert.Equal(dedup, accepted.Dedup);
        return accepted;
    }

    private static Refusal Refused(AskAnswer answer, string code)
    {
        var refusal = Assert.IsType<AskAnswer.Refused>(answer).Refusal;
        Assert.Equal(code, refusal.Code);
        return refusal;
    }
}
