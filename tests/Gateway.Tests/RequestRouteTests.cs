using VideoGen.Access;
using VideoGen.Reports;
using VideoGen.Requests;

namespace VideoGen.Gateway.Tests;

/// <summary>Everybody's videos, as an operator finds, sees, loads and stops them.</summary>
public sealed class RequestRouteTests
{
    private static readonly DateTimeOffset At = new(2026, 11, 21, 11, 0, 0, 250, TimeSpan.Zero);

    private static readonly Owner Ann = new("bot", "ann");

    [Fact]
    public async Task A_page_says_where_the_next_one_begins()
    {
        await using var door = await Door.Open();
        door.Search.Found = [Found(3), Found(2), Found(1)];

        var page = await Get(door, "?limit=2");

        Assert.Equal(200, page.Status);
        Assert.Contains(
            $$"""{"id":"{{Views.Id with { Round = 3 }}}","client":"bot","user":"ann","asked_at":"2026-11-21T11:00:00.25+00:00","status":"failed","state":"ended","since":"2026-11-21T11:05:00.25+00:00","ending":"failed","model":"way","size":"1280x720","seconds":4,"provider":"paid","served_by":"paid-1","price_usd":3.2,"charged":"yes","attempt":2,"job_id":"job-1","failure":{"kind":"refused","detail":"no","code":null},"deleted":false,"prompt":"A cat"}""",
            page.Text,
            StringComparison.Ordinal);
        Assert.Equal(2, page.Json["requests"]!.AsArray().Count);
        var next = (string)page.Json["next"]!;
        Assert.Null((await Get(door, $"?limit=3&before={next}")).Json["next"]);
        Assert.Equal([new(3), new(4) { Before = new(At, Views.Id with { Round = 2 }) }], door.Search.Queries);
    }

    [Fact]
    public async Task It_is_asked_for_by_whatever_is_known_of_it()
    {
        await using var door = await Door.Open();

        Assert.Equal(200, (await Get(door, "?client=local&user=ann%2Fx&status=in_progress&model=veo&account=google&charged=unknown&prompt=A%20C%C3%A4t%25&from=2026-11-20T00:00:00Z&to=2026-11-21T11:00:00Z&before=2026-11-21T10:00:00Z")).Status);
        Assert.Equal(200, (await Get(door, "?client=&status=&prompt=&limit=500")).Status);

        Assert.Equal(
        [
            new(51)
            {
                Client = "local", User = "ann/x", Status = VideoStatus.InProgress, Model = "veo", Account = "google", Charged = Charged.Unknown, Prompt = "A Cät%",
                From = new(2026, 11, 20, 0, 0, 0, TimeSpan.Zero), To = new(2026, 11, 21, 11, 0, 0, TimeSpan.Zero), Before = new(new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero), null),
            },
            new(501),
        ], door.Search.Queries);
    }

    [Theory]
    [InlineData("?client=My%20Bot", "client")]
    [InlineData("?user=a%20b", "user")]
    [InlineData("?status=running", "status")]
    [InlineData("?status=Failed", "status")]
    [InlineData("?charged=maybe", "charged")]
    [InlineData("?from=yesterday", "from")]
    [InlineData("?to=2026-11-21", "to")]
    [InlineData("?from=2026-11-21T11:00:00Z&to=2026-11-21T11:00:00Z", "from")]
    [InlineData("?before=x", "before")]
    [InlineData("?limit=0", "limit")]
    [InlineData("?limit=501", "limit")]
    [InlineData("?prompt=a%00b", "prompt")]
    [InlineData("?model=%00", "model")]
    [InlineData("?account=a%00", "account")]
    public async Task What_cannot_be_meant_is_said(string query, string param)
    {
        await using var door = await Door.Open();

        var answer = await Get(door, query);

        Assert.Equal((400, "invalid_value", param), (answer.Status, (string)answer.Json["code"]!, (string?)answer.Json["param"]));
        Assert.Empty(door.Search.Queries);
    }

    [Fact]
    public async Task Texts_that_are_looked_for_have_a_bound()
    {
        await using var door = await Door.Open();
        Assert.Equal((200, 400), ((await Get(door, $"?prompt={new string('p', 200)}")).Status, (await Get(door, $"?prompt={new string('p', 201)}")).Status));
        Assert.Equal((200, 400), ((await Get(door, $"?model={new string('m', 128)}")).Status, (await Get(door, $"?model={new string('m', 129)}")).Status));
        Assert.Equal((200, 400), ((await Get(door, $"?account={new string('a', 128)}")).Status, (await Get(door, $"?account={new string('a', 129)}")).Status));
    }

    [Fact]
    public async Task One_of_them_has_all_that_is_on_record_and_why_it_is_where_it_is()
    {
        await using var door = await Door.Open();
        door.DeadLetters.Known = new(Views.Id.RequestKey, Ann, Views.Prompt, null, 0, At, At, [Found(1).Round], [new("paid", "job-1", 1, 1, At)], [new(1, null, "spent", 3.2m, 3.2m)]);
        door.Grain.OnExplain = _ => Task.FromResult<VideoDecision?>(new(Views.Completed with { Owner = Ann }, [new("asked", "Nobody had asked.", At)], "replayed", "It is there.", new("spent", 3.20m, Booked: true, null), [], [], []));

        var answer = await Get(door, $"/{Views.Id}");

        Assert.Equal((200, Views.Prompt, "bot"), (answer.Status, (string)answer.Json["history"]!["prompt"]!, (string)answer.Json["history"]!["client"]!));
        Assert.Equal(("job-1", "spent"), ((string)answer.Json["history"]!["jobs"]![0]!["job_id"]!, (string)answer.Json["history"]!["money"]![0]!["state"]!));
        Assert.Equal("Nobody had asked.", (string)answer.Json["decision"]!["steps"]![0]!["message"]!);

        // The record is there when nobody answers.
        door.Grain.OnExplain = _ => throw new IOException("secret inner text");
        var silent = await Get(door, $"/{Views.Id}");
        Assert.Equal((200, null), (silent.Status, silent.Json["decision"]));
        foreach (var unknown in new[] { $"/{Views.Id with { Round = 2 }}", "/video_v-x_1", "/nothing" })
        {
            Assert.Equal((404, "video_not_found"), await Get(door, unknown) is var not ? (not.Status, (string)not.Json["code"]!) : default);
        }
    }

    [Fact]
    public async Task The_file_of_anybodys_video_is_served_as_to_its_client()
    {
        await using var door = await Door.Open();
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(Views.Completed with { Owner = Ann });
        door.Files.OnOpen = () => new MemoryStream("0123456789"u8.ToArray());
        door.Files.Pictures[MediaVariant.Thumbnail] = "webp"u8.ToArray();

        var part = await Get(door, $"/{Views.Id}/content", ("Range", "bytes=2-4"));
        var picture = await Get(door, $"/{Views.Id}/content?variant=thumbnail");
        var head = await door.Send(HttpMethod.Head, $"/api/admin/requests/{Views.Id}/content", null, OperatorTests.Key);

        Assert.Equal((206, "234", "video/mp4"), (part.Status, part.Text, part.Header("Content-Type")));
        Assert.Equal((200, "webp", "image/webp"), (picture.Status, picture.Text, picture.Header("Content-Type")));
        Assert.Equal((200, "10"), (head.Status, head.Header("Content-Length")));
        Assert.Equal((400, "variant"), await Get(door, $"/{Views.Id}/content?variant=film") is var wrong ? (wrong.Status, (string)wrong.Json["param"]!) : default);

        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(Views.Failed);
        Assert.Equal((404, "video_failed", "application/problem+json; charset=utf-8"), await Get(door, $"/{Views.Id}/content") is var failed ? (failed.Status, (string)failed.Json["code"]!, failed.Header("Content-Type")) : default);
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(Views.Completed with { Deleted = true });
        Assert.Equal((404, "video_not_found"), await Get(door, $"/{Views.Id}/content") is var deleted ? (deleted.Status, (string)deleted.Json["code"]!) : default);
    }

    [Fact]
    public async Task It_comes_from_here_where_clients_are_sent_to_a_bucket_for_the_console_may_load_nothing_from_elsewhere()
    {
        await using var door = await Door.Open();
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(Views.Completed with { Owner = Ann });
        door.Files.OnOpen = () => new MemoryStream("0123456789"u8.ToArray());
        door.Files.Pictures[MediaVariant.Thumbnail] = "webp"u8.ToArray();
        door.Files.OnLink = _ => new("https://store.example/");

        Assert.Equal((200, "0123456789"), await Get(door, $"/{Views.Id}/content") is var film ? (film.Status, film.Text) : default);
        Assert.Equal((200, "webp"), await Get(door, $"/{Views.Id}/content?variant=thumbnail") is var picture ? (picture.Status, picture.Text) : default);
    }

    [Fact]
    public async Task Anybodys_video_is_cancelled_and_that_is_logged()
    {
        await using var door = await Door.Open();
        var cancelled = 0;
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(Views.Queued with { Owner = Ann });
        door.Grain.OnCancel = _ => Task.FromResult<VideoView?>(cancelled++ >= 0 ? Views.Queued with { Owner = Ann, Status = VideoStatus.Cancelling } : null);

        var answer = await door.Send(HttpMethod.Post, $"/api/admin/requests/{Views.Id}/cancel", null, OperatorTests.Key);

        Assert.Equal((200, "cancelling", 1), (answer.Status, (string)answer.Json["status"]!, cancelled));
        Assert.Contains(door.Log, line => line.Contains($"The operator cancelled {Views.Id}, which is cancelling", StringComparison.Ordinal));
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(null);
        Assert.Equal((404, "video_not_found"), await door.Send(HttpMethod.Post, $"/api/admin/requests/{Views.Id}/cancel", null, OperatorTests.Key) is var not ? (not.Status, (string)not.Json["code"]!) : default);
        Assert.Equal(1, cancelled);
    }

    private static FoundVideo Found(int round) => new(
        Views.Id with { Round = round }, Ann, At, "A cat",
        new(round, "ended", "failed", At.AddMinutes(5), "failed", null, new("way", "1280x720", 4), "paid", 3.2m, 2, "job-1", null, null, [], null, new(Charged.Yes, "said so", null), new("refused", "no"), null, null, Deleted: false, "paid-1", []));

    private static Task<Answer> Get(Door door, string path, params (string, string)[] headers) => door.Get($"/api/admin/requests{path}", [OperatorTests.Key, .. headers]);
}
