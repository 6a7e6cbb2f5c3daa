using VideoGen.Reports;
using VideoGen.Requests;

namespace VideoGen.Gateway.Tests;

/// <summary>What was given up, as an operator sees it and decides about it.</summary>
public sealed class DeadLetterTests
{
    private static readonly DateTimeOffset Since = new(2026, 11, 21, 11, 0, 0, 250, TimeSpan.Zero);

    private static readonly VideoView Dead = Views.Failed with { Charged = Charged.Unknown, Error = new(Codes.DeadLettered, "We gave up.") };

    [Fact]
    public async Task A_page_says_where_the_next_one_begins()
    {
        await using var door = await Door.Open();
        door.DeadLetters.Letters = [Letter(3), Letter(2), Letter(1)];

        var page = await Get(door, "?limit=2");

        Assert.Equal(200, page.Status);
        Assert.Equal([$"{Views.Id with { Round = 3 }}", $"{Views.Id with { Round = 2 }}"], page.Json["dead_letters"]!.AsArray().Select(l => (string)l!["id"]!));
        Assert.Contains(
            $$$"""{"id":"{{{Views.Id with { Round = 3 }}}}","client":"local","user":"-","since":"2026-11-21T11:00:00.25+00:00","stopped_at":"unresolved","charged":"unknown","evidence":"Nobody knows.","failure":{"kind":"unknown","detail":"no answer","code":null},"model":"paid-1","provider":"paid","price_usd":3.2,"job_id":null,"attempt":1}""",
            page.Text,
            StringComparison.Ordinal);
        var next = (string)page.Json["next"]!;
        Assert.Null((await Get(door, $"?limit=3&before={next}")).Json["next"]);
        Assert.Equal([new(null, null, null, null, null, 3), new(null, null, null, null, new(Since, Views.Id with { Round = 2 }), 4)], door.DeadLetters.Queries);
    }

    [Fact]
    public async Task It_is_asked_for_by_client_user_charge_place_and_time()
    {
        await using var door = await Door.Open();

        Assert.Equal(200, (await Get(door, "?client=bot&user=ann%2Fx&charged=no&stopped_at=running&before=2026-11-21T11:00:00Z")).Status);

        Assert.Equal([new("bot", "ann/x", Charged.No, "running", new(new(2026, 11, 21, 11, 0, 0, TimeSpan.Zero), null), 51)], door.DeadLetters.Queries);
    }

    [Theory]
    [InlineData("?client=My%20Bot", "client")]
    [InlineData("?user=a%20b", "user")]
    [InlineData("?charged=maybe", "charged")]
    [InlineData("?charged=Yes", "charged")]
    [InlineData("?stopped_at=ended", "stopped_at")]
    [InlineData("?before=yesterday", "before")]
    [InlineData("?before=99999999999999999_video_v-x_1", "before")]
    [InlineData("?limit=0", "limit")]
    [InlineData("?limit=501", "limit")]
    [InlineData("?limit=-1", "limit")]
    public async Task What_cannot_be_meant_is_said(string query, string param)
    {
        await using var door = await Door.Open();

        var answer = await Get(door, query);

        Assert.Equal((400, "invalid_value", param), (answer.Status, (string?)answer.Json["code"], (string?)answer.Json["param"]));
        Assert.Empty(door.DeadLetters.Queries);
    }

    [Fact]
    public async Task One_of_them_has_all_that_is_on_record()
    {
        await using var door = await Door.Open();
        door.DeadLetters.Known = new(
            Views.Id.RequestKey, Views.Local, Views.Prompt, null, 0, Since, Since,
            [new(1, "ended", "failed", Since, "dead_lettered", "unresolved", Views.Queued.Options, "paid", 3.2m, 2, null, "run-1", new(Since, Since, Since, null, null), [Since], null, new(Charged.Unknown, "Nobody knows.", null), new("unknown", "no answer"), null, null, Deleted: false, "other", [new("first", "free", 3.2m, 1, "no_job")])],
            [new("paid", "job-1", 1, 1, Since)],
            [new(1, null, "at_risk", 3.2m, 3.2m)]);

        var answer = await Get(door, $"/{Views.Id}");

        Assert.Equal((200, true, Views.Prompt), (answer.Status, (bool)answer.Json["dead_letter"]!, (string)answer.Json["prompt"]!));
        var round = answer.Json["rounds"]![0]!;
        Assert.Equal(("unresolved", "unknown", "run-1"), ((string)round["stopped_at"]!, (string)round["charge"]!["charged"]!, (string)round["run"]!));
        Assert.Equal("2026-11-21T11:00:00.25+00:00", (string)round["sent"]![0]!);
        Assert.Equal("job-1", (string)answer.Json["jobs"]![0]!["job_id"]!);
        Assert.Equal(("at_risk", 3.2m), ((string)answer.Json["money"]![0]!["state"]!, (decimal)answer.Json["money"]![0]!["usd"]!));
        Assert.Equal(404, (await Get(door, $"/{Views.Id with { Round = 2 }}")).Status);
        Assert.Equal(404, (await Get(door, "/video_nonsense")).Status);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("{}", false)]
    [InlineData("""{"accept_double_payment":false}""", false)]
    [InlineData("""{"accept_double_payment":true}""", true)]
    public async Task A_requeue_names_its_round_and_says_what_goes_on(string body, bool doubly)
    {
        await using var door = await Door.Open();
        var asked = new List<(int, bool)>();
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(Dead);
        door.Grain.OnRequeue = (round, accepted) =>
        {
            asked.Add((round, accepted));
            return Task.FromResult<RequeueAnswer>(new RequeueAnswer.Requeued(Views.Queued with { Id = Views.Id with { Round = 2 } }));
        };

        var answer = await Post(door, Views.Id, "requeue", body);

        Assert.Equal((200, Views.Id.ToString(), $"{Views.Id with { Round = 2 }}"), (answer.Status, (string)answer.Json["requeued"]!, (string)answer.Json["video"]!["id"]!));
        Assert.Equal([(1, doubly)], asked);
        Assert.Contains(door.Log, line => line.Contains($"Requeued {Views.Id}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_second_click_is_told_that_it_is_on_its_way()
    {
        await using var door = await Door.Open();
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(Views.Queued);
        door.Grain.OnRequeue = (_, _) => Task.FromResult<RequeueAnswer>(new RequeueAnswer.Refused("Only a dead letter can be requeued."));

        var answer = await Post(door, Views.Id, "requeue", "");

        Assert.Equal((422, "not_requeued", "false"), (answer.Status, (string)answer.Json["code"]!, answer.Header("x-should-retry")));
        Assert.Equal("Only a dead letter can be requeued. This one is queued now, and nothing was changed.", (string)answer.Json["detail"]!);
    }

    [Theory]
    [InlineData("requeue", """{"accept_double_payment":"yes"}""", "invalid_value", "accept_double_payment")]
    [InlineData("requeue", """{"accept_double_payment":1}""", "invalid_value", "accept_double_payment")]
    [InlineData("requeue", """{"accept_double_payments":true}""", "unknown_parameter", null)]
    [InlineData("requeue", "[]", "malformed_json", null)]
    [InlineData("discard", "{}", "missing_required_parameter", "reason")]
    [InlineData("discard", "", "malformed_json", null)]
    [InlineData("discard", """{"reason":""}""", "invalid_value", "reason")]
    [InlineData("discard", """{"reason":"{201}"}""", "invalid_value", "reason")]
    [InlineData("discard", """{"reason":"a\nb"}""", "invalid_value", "reason")]
    public async Task What_is_not_clear_changes_nothing(string what, string body, string code, string? param)
    {
        await using var door = await Door.Open(); // Whose grain expects neither.
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(Dead);

        var answer = await Post(door, Views.Id, what, body.Replace("{201}", new string('x', 201), StringComparison.Ordinal));

        Assert.Equal((400, code, param), (answer.Status, (string?)answer.Json["code"], (string?)answer.Json["param"]));
    }

    [Theory]
    [InlineData("requeue", "")]
    [InlineData("discard", """{"reason":"x"}""")]
    public async Task What_is_not_there_is_404(string what, string body)
    {
        await using var door = await Door.Open();

        Assert.Equal((404, "video_not_found"), await Post(door, Views.Id, what, body) is var answer ? (answer.Status, (string)answer.Json["code"]!) : default);
    }

    [Fact]
    public async Task Who_gives_up_finding_out_says_why_and_only_where_nobody_knows()
    {
        await using var door = await Door.Open();
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(Dead);
        var reasons = new List<string>();
        door.Grain.OnDiscard = (_, reason) =>
        {
            reasons.Add(reason);
            return Task.FromResult<VideoView?>(Dead);
        };
        var answer = await Post(door, Views.Id, "discard", $$"""{"reason":" {{new string('x', 200)}} "}""");
        Assert.Equal((200, Views.Id.ToString(), "unknown"), (answer.Status, (string)answer.Json["discarded"]!, (string)answer.Json["video"]!["charged"]!));
        Assert.Equal([new string('x', 200)], reasons);

        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(Views.Completed);
        door.Grain.OnDiscard = (_, _) => Task.FromResult<VideoView?>(null);
        var refused = await Post(door, Views.Id, "discard", """{"reason":"x"}""");
        Assert.Equal((422, "not_discarded"), (refused.Status, (string)refused.Json["code"]!));
        Assert.Contains("This one is completed", refused.Text, StringComparison.Ordinal);
    }

    private static DeadLetter Letter(int round) => new(
        Views.Id with { Round = round }, Views.Local, Since, "unresolved", Charged.Unknown, "Nobody knows.", new("unknown", "no answer"), "paid-1", "paid", 3.2m, null, 1);

    private static Task<Answer> Get(Door door, string rest) => door.Get($"/api/admin/dead-letters{rest}", OperatorTests.Key);

    private static Task<Answer> Post(Door door, VideoId id, string what, string body) =>
        door.Send(HttpMethod.Post, $"/api/admin/dead-letters/{id}/{what}", new StringContent(body), OperatorTests.Key);
}
