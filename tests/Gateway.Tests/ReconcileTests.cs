using System.Text;
using VideoGen.Budgets;

namespace VideoGen.Gateway.Tests;

/// <summary>A database that may have forgotten what was paid, as the operator sees and settles it.</summary>
public sealed class ReconcileTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Where_nothing_is_doubted_there_is_nothing_to_confirm()
    {
        await using var door = await Door.Open();

        Assert.False((bool)(await door.Get("/api/admin/reconcile", OperatorTests.Key)).Json["in_force"]!);
        var answer = await Post(door, """{"confirm":true,"reason":"All is well."}""");
        Assert.Equal((422, "nothing_to_confirm", "false"), (answer.Status, (string?)answer.Json["code"], answer.Header("x-should-retry")));
    }

    [Fact]
    public async Task It_says_why_since_when_and_what_was_found_until_somebody_confirms()
    {
        await using var door = await Door.Open();
        door.Reconciles.Doubt = new(Noon, "A backup was restored.", null);
        door.Reconciles.Found.Add(new("acme", Noon, Lists: true, Marked: true, Paid: true, new(Noon.AddHours(-26), Noon, 3, 1), null, "One job is not known here."));
        door.Reconciles.Jobs.Add(new("acme", "text2video/7", "abcdefgh-v-x-1.1", Ours: true, Noon, Noon, Noon));

        var body = (await door.Get("/api/admin/reconcile", OperatorTests.Key)).Json;
        Assert.Equal((true, "A backup was restored.", "2026-11-21T12:00:00+00:00"), ((bool)body["in_force"]!, (string?)body["reason"], (string?)body["since"]));
        var account = Assert.Single(body["accounts"]!.AsArray())!;
        Assert.Equal(("acme", 1, 1, "One job is not known here."), ((string?)account["account"], (int)account["forgotten"]!, (int)account["adopted"]!, (string?)account["keeps"]));
        var stranger = Assert.Single((await door.Get("/api/admin/strangers", OperatorTests.Key)).Json["strangers"]!.AsArray())!;
        Assert.Equal(("text2video/7", "abcdefgh-v-x-1.1", true), ((string?)stranger["job_id"], (string?)stranger["mark"], (bool)stranger["ours"]!));

        body = (await Post(door, """{"confirm":true,"reason":"The bill has none."}""")).Json;
        Assert.Equal((false, "operator", "The bill has none."), ((bool)body["in_force"]!, (string?)body["ended_by"], (string?)body["ended_reason"]));
    }

    [Theory]
    [InlineData("""{}""", "confirm")]
    [InlineData("""{"confirm":false,"reason":"x"}""", "confirm")]
    [InlineData("""{"confirm":"true","reason":"x"}""", "confirm")]
    [InlineData("""{"confirm":true}""", "reason")]
    [InlineData("""{"confirm":true,"reason":""}""", "reason")]
    [InlineData("""{"confirm":true,"reason":"x","scope":"global"}""", null)]
    public async Task Nothing_is_confirmed_by_mistake(string body, string? param)
    {
        await using var door = await Door.Open();
        door.Reconciles.Doubt = new(Noon, "A backup was restored.", null);

        var answer = await Post(door, body);

        Assert.Equal((400, param), (answer.Status, (string?)answer.Json["param"]));
        Assert.Null(door.Reconciles.Doubt.Ended);
    }

    [Fact]
    public async Task Without_a_database_nobody_is_told_that_payments_go_on()
    {
        await using var door = await Door.Open();
        door.Reconciles.Reachable = false;

        Assert.Equal(503, (await Post(door, """{"confirm":true,"reason":"x"}""")).Status);
    }

    private static Task<Answer> Post(Door door, string body) =>
        door.Send(HttpMethod.Post, "/api/admin/reconcile", new StringContent(body, Encoding.UTF8, "application/json"), OperatorTests.Key);
}

/// <summary>What is doubted, in memory.</summary>
internal sealed class MemoryReconciles : IReconciles
{
    public Reconcile? Doubt { get; set; }

    public List<AccountSweep> Found { get; } = [];

    public List<Stranger> Jobs { get; } = [];

    public bool Reachable { get; set; } = true;

    public Task<Reconcile?> Last(CancellationToken cancellationToken) => Task.FromResult(Doubt);

    public Task<IReadOnlyList<AccountSweep>> Sweeps(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<AccountSweep>>(Found);

    public Task<IReadOnlyList<Stranger>> Strangers(int limit, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Stranger>>(Jobs);

    public Task<bool> Confirm(string reason, CancellationToken cancellationToken)
    {
        if (!Reachable) throw new IOException("secret inner text");
        if (Doubt is not { Ended: null }) return Task.FromResult(false);
        Doubt = Doubt with { Ended = new(Doubt.Since.AddHours(1), ByOperator: true, reason) };
        return Task.FromResult(true);
    }
}
