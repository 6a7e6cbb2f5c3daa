using System.Globalization;
using VideoGen.Access;
using VideoGen.Budgets;

namespace VideoGen.Tests.Conformance;

/// <summary>What holds a paid submit back: pauses that people decide, and the spend breaker, which counts over all processes.</summary>
public abstract class PausesConformance
{
    private static readonly Owner Ann = new("bot", "ann"), Bob = new("bot", "bob"), Carol = new("web", "ann");
    private static readonly SpendLimits None = new(int.MaxValue, null, TimeSpan.FromHours(1), null, TimeSpan.FromMinutes(15));

    /// <summary>Runs a test with no pause and no submit. A test awaits nothing else, so that it can live in virtual time too.</summary>
    protected abstract Task With(Func<PausesUnderTest, Task> test);

    [Fact]
    public Task Where_nothing_is_paused_a_submit_may_go() => With(async test =>
    {
        Assert.Empty(await test.Pauses.Read(CancellationToken.None));
        Assert.Null(await Pass(test, "n1", Ann));
    });

    [Theory]
    [InlineData("global", "bot/ann@acme bot/bob@acme web/ann@acme bot/ann@other")]
    [InlineData("client:bot", "bot/ann@acme bot/bob@acme bot/ann@other")]
    [InlineData("user:bot/ann", "bot/ann@acme bot/ann@other")]
    [InlineData("provider:acme", "bot/ann@acme bot/bob@acme web/ann@acme")]
    [InlineData("client:bo", "")]
    [InlineData("client:Bot", "")]
    public Task A_pause_holds_back_whom_it_concerns_and_nobody_else(string scope, string held) => With(async test =>
    {
        var pause = Pause(test, scope);
        await test.Pauses.Set(pause, CancellationToken.None);

        var found = new List<string>();
        foreach (var (owner, account) in new[] { (Ann, "acme"), (Bob, "acme"), (Carol, "acme"), (Ann, "other") })
        {
            if (await Pass(test, $"{owner}@{account}", owner, account: account) is not { } holds) continue;
            Assert.Equal(pause, holds);
            found.Add($"{owner}@{account}");
        }

        Assert.Equal(held, string.Join(' ', found));
        Assert.Equal([pause], await test.Pauses.Read(CancellationToken.None));
    });

    [Fact]
    public Task Of_several_pauses_the_widest_is_said_and_a_persons_before_the_breakers() => With(async test =>
    {
        Pause[] pauses = [Pause(test, Scopes.Global), Pause(test, Scopes.Global) with { Kind = PauseKind.SpendBreaker }, Pause(test, Scopes.Client("bot")), Pause(test, Scopes.User(Ann)), Pause(test, Scopes.Provider("acme"))];
        foreach (var pause in pauses.Reverse())
        {
            await test.Pauses.Set(pause, CancellationToken.None);
            Assert.Equal(pause, await Pass(test, "n1", Ann));
        }

        Assert.Equal(pauses.Length, (await test.Pauses.Read(CancellationToken.None)).Count);
    });

    [Fact]
    public Task A_pause_of_the_same_scope_and_kind_takes_the_others_place() => With(async test =>
    {
        await test.Pauses.Set(Pause(test, Scopes.Global), CancellationToken.None);
        var second = Pause(test, Scopes.Global) with { Reason = "Another one.", Until = test.Now + TimeSpan.FromHours(1) };
        await test.Pauses.Set(second, CancellationToken.None);

        Assert.Equal([second], await test.Pauses.Read(CancellationToken.None));
        Assert.Equal(second, await Pass(test, "n1", Ann));
    });

    [Fact]
    public Task A_pause_ends_when_it_was_said_to_and_no_earlier() => With(async test =>
    {
        await test.Pauses.Set(Pause(test, Scopes.Global) with { Until = test.Now + TimeSpan.FromHours(2) }, CancellationToken.None);
        await test.Elapse(TimeSpan.FromHours(1));
        Assert.NotNull(await Pass(test, "n1", Ann));

        await test.Elapse(TimeSpan.FromHours(1));

        Assert.Null(await Pass(test, "n1", Ann));
        Assert.Empty(await test.Pauses.Read(CancellationToken.None));
        Assert.Empty(await test.Pauses.Lift(Scopes.Global, CancellationToken.None));
    });

    [Fact]
    public Task Who_lifts_a_scope_is_told_what_was_in_force_of_it() => With(async test =>
    {
        Pause[] bots = [Pause(test, Scopes.Client("bot")), Pause(test, Scopes.Client("bot")) with { Kind = PauseKind.SpendBreaker, Until = test.Now + TimeSpan.FromHours(1) }];
        var others = Pause(test, Scopes.Client("web"));
        foreach (var pause in bots.Append(others)) await test.Pauses.Set(pause, CancellationToken.None);

        Assert.Equal(bots, (await test.Pauses.Lift(Scopes.Client("bot"), CancellationToken.None)).OrderBy(p => p.Kind));
        Assert.Empty(await test.Pauses.Lift(Scopes.Client("bot"), CancellationToken.None));

        Assert.Equal([others], await test.Pauses.Read(CancellationToken.None));
        Assert.Null(await Pass(test, "n1", Ann));
    });

    [Fact]
    public Task While_it_is_not_known_what_was_paid_nothing_is_and_lifting_does_not_help() => With(async test =>
    {
        var doubt = Pause(test, Scopes.Global) with { Kind = PauseKind.Reconcile };
        var operators = Pause(test, Scopes.Global);
        await test.Pauses.Set(doubt, CancellationToken.None);
        await test.Pauses.Set(operators, CancellationToken.None);
        Assert.Equal(operators, await Pass(test, "n1", Ann));

        Assert.Equal([operators], await test.Pauses.Lift(Scopes.Global, CancellationToken.None));
        Assert.Equal(doubt, await Pass(test, "n1", Ann));
        Assert.Empty(await test.Pauses.Lift(Scopes.Global, CancellationToken.None));
        Assert.Equal([doubt], await test.Pauses.Read(CancellationToken.None));
    });

    [Fact]
    public Task So_many_in_a_minute_go_and_the_next_one_trips_the_breaker() => With(async test =>
    {
        var limits = None with { SubmitsPerMinute = 3 };
        for (var i = 0; i < 3; i++) Assert.Null(await Pass(test, $"n{i}", i == 1 ? Carol : Ann, limits));

        var tripped = await Pass(test, "n3", Bob, limits);

        Assert.Equal((Scopes.Global, PauseKind.SpendBreaker, TimeSpan.FromMinutes(15)), (tripped!.Scope, tripped.Kind, tripped.Until - tripped.Since));
        Assert.Contains("3 ", tripped.Reason, StringComparison.Ordinal);
        Assert.Equal([tripped], await test.Pauses.Read(CancellationToken.None));
        Assert.Equal(tripped, await Pass(test, "n4", Carol)); // Everybody's, whatever the limits of who asks.
    });

    [Fact]
    public Task A_minute_later_so_many_may_go_again() => With(async test =>
    {
        var limits = None with { SubmitsPerMinute = 2 };
        for (var minute = 0; minute < 3; minute++)
        {
            for (var i = 0; i < 2; i++) Assert.Null(await Pass(test, $"n{minute}{i}", Ann, limits));
            await test.Elapse(TimeSpan.FromSeconds(61));
        }
    });

    [Fact]
    public Task The_same_nonce_counts_once() => With(async test =>
    {
        var limits = None with { SubmitsPerMinute = 2, StreakUsd = 8, ClientUsdPerHour = 8 };
        for (var i = 0; i < 5; i++) Assert.Null(await Pass(test, "n1", Ann, limits, usd: 4));
        Assert.Null(await Pass(test, "n2", Ann, limits, usd: 4));
        Assert.Null(await Pass(test, "n1", Ann, limits, usd: 4));

        var tripped = await Pass(test, "n3", Ann, limits, usd: 4);

        Assert.NotNull(tripped);
        Assert.Equal(tripped, await Pass(test, "n3", Ann, limits, usd: 4));
    });

    [Fact]
    public Task A_pause_that_came_after_a_submit_was_let_through_holds_it_back_too() => With(async test =>
    {
        Assert.Null(await Pass(test, "n1", Ann));
        await test.Pauses.Set(Pause(test, Scopes.Global), CancellationToken.None);

        Assert.NotNull(await Pass(test, "n1", Ann));
    });

    [Fact]
    public Task So_much_in_a_streak_goes_to_the_cent_and_more_trips_the_breaker() => With(async test =>
    {
        var limits = None with { StreakUsd = 10.00m, StreakFor = TimeSpan.FromMinutes(30) };
        Assert.Null(await Pass(test, "n1", Ann, limits, usd: 6.5m));
        await test.Elapse(TimeSpan.FromMinutes(20));
        Assert.Null(await Pass(test, "n2", Carol, limits, usd: 3.5m));
        await test.Elapse(TimeSpan.FromMinutes(11)); // The first one is out of the streak.
        Assert.Null(await Pass(test, "n3", Carol, limits, usd: 6.5m));

        var tripped = await Pass(test, "n4", Carol, limits, usd: 0.01m);

        Assert.Equal((Scopes.Global, PauseKind.SpendBreaker), (tripped!.Scope, tripped.Kind));
        Assert.Contains("10 USD", tripped.Reason, StringComparison.Ordinal);
    });

    [Fact]
    public Task So_much_of_a_client_in_an_hour_goes_and_more_stops_that_client_alone() => With(async test =>
    {
        var limits = None with { ClientUsdPerHour = 8 };
        Assert.Null(await Pass(test, "n1", Ann, limits, usd: 4));
        Assert.Null(await Pass(test, "n2", Bob, limits, usd: 4));
        Assert.Null(await Pass(test, "n3", Carol, limits, usd: 4));

        var tripped = await Pass(test, "n4", Bob, limits, usd: 0.5m);

        Assert.Equal((Scopes.Client("bot"), PauseKind.SpendBreaker, TimeSpan.FromMinutes(15)), (tripped!.Scope, tripped.Kind, tripped.Until - tripped.Since));
        Assert.Equal(tripped, await Pass(test, "n5", Ann, usd: 0.5m));
        Assert.Null(await Pass(test, "n6", Carol, limits, usd: 4));
        await test.Elapse(TimeSpan.FromMinutes(61));
        Assert.Null(await Pass(test, "n7", Bob, limits, usd: 8));
    });

    [Fact]
    public Task Limits_that_are_not_set_are_not_looked_at() => With(async test =>
    {
        for (var i = 0; i < 20; i++) Assert.Null(await Pass(test, string.Create(CultureInfo.InvariantCulture, $"n{i}"), Ann, usd: 1_000_000));
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task What_was_submitted_before_a_breaker_ended_does_not_trip_it_again(bool byPerson) => With(async test =>
    {
        var limits = None with { SubmitsPerMinute = 2, StreakUsd = 8, ClientUsdPerHour = 6, ResetAfter = TimeSpan.FromSeconds(20) };
        Assert.Null(await Pass(test, "n1", Ann, limits, usd: 4));
        Assert.Null(await Pass(test, "n2", Carol, limits, usd: 4));
        Assert.Equal(Scopes.Global, (await Pass(test, "n3", Ann, limits, usd: 4))!.Scope);
        await End(test, Scopes.Global, byPerson);

        // Everybody's sums begin anew, and the client's do not: that breaker has not tripped.
        Assert.Equal(Scopes.Client("bot"), (await Pass(test, "n3", Ann, limits, usd: 4))!.Scope);
        await End(test, Scopes.Client("bot"), byPerson);
        Assert.Null(await Pass(test, "n3", Ann, limits, usd: 4));
        Assert.Null(await Pass(test, "n4", Carol, limits, usd: 2));

        // But what comes after counts.
        Assert.Equal(Scopes.Global, (await Pass(test, "n5", Carol, limits, usd: 1))!.Scope);
    });

    private static async Task End(PausesUnderTest test, string scope, bool byPerson)
    {
        await test.Elapse(TimeSpan.FromSeconds(byPerson ? 1 : 20));
        if (byPerson) Assert.Single(await test.Pauses.Lift(scope, CancellationToken.None));
    }

    private static Pause Pause(PausesUnderTest test, string scope) => new(scope, PauseKind.Operator, $"Because of {scope}.", test.Now, null);

    private static Task<Pause?> Pass(PausesUnderTest test, string nonce, Owner owner, SpendLimits? limits = null, decimal usd = 4, string account = "acme") =>
        test.Pauses.Pass(new($"v-{nonce}", 1, 1, nonce, owner, account, usd), limits ?? None, CancellationToken.None);
}

/// <summary>Pauses whose time a test can let pass.</summary>
public abstract class PausesUnderTest(IPauses pauses)
{
    public IPauses Pauses => pauses;

    /// <summary>Now, to the second.</summary>
    public abstract DateTimeOffset Now { get; }

    /// <summary>Lets so much time pass for all that is stored.</summary>
    public abstract Task Elapse(TimeSpan by);
}
