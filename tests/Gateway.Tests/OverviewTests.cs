using VideoGen.Access;
using VideoGen.Budgets;
using VideoGen.Reports;
using VideoGen.Requests;

namespace VideoGen.Gateway.Tests;

/// <summary>What an operator looks at first, and how it is told as it changes.</summary>
public sealed class OverviewTests
{
    private static readonly DateTimeOffset At = new(2026, 11, 21, 11, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Everything_is_in_one_answer()
    {
        await using var door = await Door.Open();
        door.Counts.Now = new(2, 3, 1, 4, new(5, 1, 0, 2, 1), new(9, 2, 1, 3, 0), new(12.5, 90.1, 3, 105.6));
        door.Costs.Lines = [new(new(2026, 11, 20), null, null, null, null, new(6.4m, 2, 0, 0, 0, 0, 9.6m, 3)), new(new(2026, 11, 21), null, null, null, null, new(3.2m, 1, 1.6m, 1, 0.4m, 1, 0, 0))];
        door.DeadLetters.Letters = [new(Views.Id, Views.Local, At, "unresolved", Charged.Unknown, "Nobody knows.", new("unknown", "no answer"), "paid-1", "paid", 3.2m, null, 1)];
        door.Reconciles.Doubt = new(At, "A backup was restored.", null);
        await door.Pauses.Set(new(Scopes.Global, PauseKind.Operator, "Too many.", At, null), default);

        var answer = await door.Get("/api/admin/overview", OperatorTests.Key);

        Assert.Equal((200, "2026-11-21"), (answer.Status, (string)answer.Json["today"]!));
        Assert.Equal("""{"waiting":2,"running":3,"saving":1,"dead_lettered":4}""", answer.Json["now"]!.ToJsonString());
        Assert.Equal("""{"completed":5,"failed":1,"rejected":0,"cancelled":2,"dead_lettered":1}""", answer.Json["ended_today"]!.ToJsonString());
        Assert.Equal((0.75m, 12.5m, 105.6m), ((decimal)answer.Json["last_day"]!["success_rate"]!, (decimal)answer.Json["last_day"]!["seconds"]!["waiting"]!, (decimal)answer.Json["last_day"]!["seconds"]!["together"]!));
        Assert.Equal((50m, 44.8m), ((decimal)answer.Json["money"]![0]!["limit_usd"]!, (decimal)answer.Json["money"]![0]!["remaining_usd"]!));
        Assert.Equal(
            ["2026-11-15 0 0", "2026-11-16 0 0", "2026-11-17 0 0", "2026-11-18 0 0", "2026-11-19 0 0", "2026-11-20 6.4 9.6", "2026-11-21 3.2 0"],
            answer.Json["days"]!.AsArray().Select(d => $"{d!["day"]} {d["sums"]!["spent"]!["usd"]} {d["sums"]!["prevented"]!["usd"]}"));
        Assert.Equal(("Too many.", "A backup was restored."), ((string)answer.Json["pauses"]![0]!["reason"]!, (string)answer.Json["doubt"]!["reason"]!));
        Assert.Equal(["local closed 1", "paid closed 1"], answer.Json["providers"]!.AsArray().Select(p => $"{p!["account"]} {p["breaker"]} {p["pauses"]}"));
        Assert.Equal($"{Views.Id}", (string)answer.Json["dead_letters"]![0]!["id"]!);
        Assert.Equal([new(new(2026, 11, 15), new(2026, 11, 21), [CostGroup.Day], 7)], door.Costs.Queries.Select(q => q with { By = [.. q.By] }), (a, b) => a!.From == b!.From && a.To == b.To && a.By.SequenceEqual(b.By) && a.Limit == b.Limit);
    }

    [Fact]
    public async Task Where_nothing_was_there_is_no_rate_and_no_doubt()
    {
        await using var door = await Door.Open();
        var answer = await door.Get("/api/admin/overview", OperatorTests.Key);
        Assert.Equal((null, null, null), (answer.Json["last_day"]!["success_rate"], answer.Json["last_day"]!["seconds"]!["together"], answer.Json["doubt"]));
    }

    [Fact]
    public async Task It_is_read_once_for_all_who_look_within_seconds()
    {
        await using var door = await Door.Open();
        var streams = new List<HeardEvents>();
        for (var i = 0; i < 20; i++) streams.Add(await HeardEvents.Open(door, "/api/admin", OperatorTests.Key));
        foreach (var stream in streams)
        {
            await stream.Block();
            Assert.Equal("overview", (await stream.Event()).Name);
        }

        await door.Get("/api/admin/overview", OperatorTests.Key);
        Assert.Equal(1, door.Counts.Reads);

        // All of them look again after a tick, and hear the one difference that there is.
        door.Counts.Now = door.Counts.Now with { Waiting = 7 };
        await Ticks(door, streams.Count);
        foreach (var stream in streams) Assert.Equal(7, (int)(await stream.Event()).Video["now"]!["waiting"]!);
        Assert.Equal(2, door.Counts.Reads);
        streams.ForEach(stream => stream.Dispose());
    }

    [Fact]
    public async Task What_stays_the_same_is_not_told_again_but_by_a_sign_of_life()
    {
        await using var door = await Door.Open();
        using var stream = await HeardEvents.Open(door, "/api/admin", OperatorTests.Key);
        await stream.Block();
        var first = await stream.Event();
        for (var tick = 0; tick < 5; tick++) await Ticks(door, 1);
        Assert.Equal(":", await stream.Block());

        door.Counts.Now = door.Counts.Now with { Saving = 1 };
        await Ticks(door, 1);
        Assert.NotEqual(first.Id, (await stream.Event()).Id);

        using var again = await HeardEvents.Open(door, "/api/admin", OperatorTests.Key, ("Last-Event-ID", first.Id));
        await again.Block();
        Assert.Equal(1, (int)(await again.Event()).Video["now"]!["saving"]!);
        door.Stop();
        Assert.Null(await again.Block());
    }

    [Fact]
    public async Task What_cannot_be_read_ends_a_stream_and_is_an_answer_to_who_comes_again()
    {
        await using var door = await Door.Open();
        using var stream = await HeardEvents.Open(door, "/api/admin", OperatorTests.Key);
        await stream.Block();
        await stream.Event();
        door.Counts.Trouble = new IOException("secret inner text");
        await Ticks(door, 1);
        Assert.Null(await stream.Block());

        var answer = await door.Get("/api/admin/overview", OperatorTests.Key);
        Assert.Equal((500, "internal_error"), (answer.Status, (string)answer.Json["code"]!));
        door.Counts.Trouble = null;
        Assert.Equal(200, (await door.Get("/api/admin/overview", OperatorTests.Key)).Status);
    }

    [Theory]
    [InlineData("revoked")]
    [InlineData("scopes")]
    [InlineData("unknown")]
    public async Task A_key_that_is_revoked_or_may_do_less_hears_nothing_more_of_the_whole(string why)
    {
        await using var door = await Door.Open();
        var (key, another) = (door.Keys.Make("bot", KeyScopes.Admin), door.Keys.Make("bot", KeyScopes.Admin));
        using var operators = await HeardEvents.Open(door, "/api/admin", OperatorTests.Key);
        using var stream = await HeardEvents.Open(door, "/api/admin", ("Authorization", $"Bearer {key}"));
        foreach (var each in new[] { operators, stream })
        {
            await each.Block();
            await each.Event();
        }

        door.Keys.Revoke(another);
        door.Counts.Now = door.Counts.Now with { Saving = 1 };
        await Ticks(door, 2);
        foreach (var each in new[] { operators, stream }) Assert.Equal(1, (int)(await each.Event()).Video["now"]!["saving"]!);

        if (why == "revoked") door.Keys.Revoke(key);
        if (why == "scopes") door.Keys.Allow(key, KeyScopes.Read);
        if (why == "unknown") door.Keys.Reachable = false;
        door.Counts.Now = door.Counts.Now with { Saving = 2 };
        await Ticks(door, 2);
        Assert.Null(await stream.Block());
        Assert.Equal(2, (int)(await operators.Event()).Video["now"]!["saving"]!); // The operator's own key is nobody's to revoke.
    }

    // The door has so many who wait for the next tick.
    private static async Task Ticks(Door door, int listeners)
    {
        await door.Time.Awaited(Operator.Overview.Every, listeners);
        door.Time.Advance(Operator.Overview.Every);
    }
}
