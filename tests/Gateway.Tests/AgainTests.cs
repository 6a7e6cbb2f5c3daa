using System.Text.Json.Nodes;
using VideoGen.Requests;

namespace VideoGen.Gateway.Tests;

/// <summary>Asking again on purpose: other takes, runs of agents, keys, remixes and lists.</summary>
public sealed class AgainTests
{
    private const string Ask = """{"prompt":"A cat on a roof"}""";

    [Fact]
    public async Task A_question_has_its_price_and_the_token_that_says_yes()
    {
        await using var door = await Door.Open();
        door.Grain.OnAsk = _ => Task.FromResult<AskAnswer>(new AskAnswer.Question(
            Views.Completed, Codes.SamePromptVariation, "You have one.", new("token-1", 3.2m, new(2026, 11, 21, 12, 10, 0, TimeSpan.Zero))));
        var answer = await door.Post("""{"prompt":"A cat on a roof","variation":true}""");
        Assert.Equal((422, Codes.SamePromptVariation, "false"), (answer.Status, answer.Code, answer.Header("x-should-retry")));
        Assert.Equal("""{"token":"token-1","price_usd":3.2,"expires_at":1795263000}""", answer.Error["confirmation"]!.ToJsonString());
        Assert.Contains("3.2 USD", answer.Message, StringComparison.Ordinal);
        Assert.True(Assert.Single(door.Grain.Asks).AnotherTake);

        await door.Post("""{"prompt":"A cat on a roof","confirmation":"token-1"}""");
        Assert.Equal("token-1", door.Grain.Asks.Last().Confirmation);
    }

    [Theory]
    [InlineData(Codes.RunLimit, 429, null)]
    [InlineData(Codes.BudgetExceeded, 402, null)]
    [InlineData(Codes.Paused, 403, null)]
    [InlineData(Codes.SpendBreaker, 403, null)]
    [InlineData(Codes.VariationLimit, 429, "\"variations\";r=0")]
    [InlineData(Codes.ConfirmationUnknown, 422, null)]
    public async Task Each_refusal_has_its_status_and_is_not_repeated(string code, int status, string? limit)
    {
        await using var door = await Door.Open();
        var until = code == Codes.VariationLimit ? door.Time.GetUtcNow().AddHours(2) : (DateTimeOffset?)null;
        door.Grain.OnAsk = _ => Task.FromResult<AskAnswer>(new AskAnswer.Refused(new(code, "No.", until, 1, 0)));
        var answer = await door.Post(Ask);
        Assert.Equal((status, code, "false", null), (answer.Status, answer.Code, answer.Header("x-should-retry"), answer.Header("Retry-After")));
        Assert.StartsWith(limit ?? "", answer.Header("RateLimit") ?? "", StringComparison.Ordinal);
        Assert.DoesNotContain("share one quota", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_is_named_in_its_header()
    {
        await using var door = await Accepting();
        await Post(door, Ask, ("X-VideoGen-Run", "run-1"));
        Assert.Equal("run-1", Assert.Single(door.Grain.Asks).Run);
        Assert.Equal("invalid_value", (await Post(door, Ask, ("X-VideoGen-Run", "two words"))).Code);
        Assert.Equal("invalid_value", (await Post(door, Ask, ("X-VideoGen-Run", new string('r', 129)))).Code);
    }

    [Fact]
    public async Task A_key_stands_for_the_meaning_of_its_body()
    {
        await using var door = await Accepting();
        foreach (var body in (string[])[Ask, """{ "prompt": "A cat  on a roof", "seconds": "4" }""", """{"prompt":"A dog"}""", """{"prompt":"A cat on a roof","variation":true}"""])
        {
            Assert.Equal(200, (await Post(door, body, ("Idempotency-Key", "key-1"))).Status);
        }

        var fingerprints = door.Idempotency.Fingerprints.ToArray();
        Assert.Equal(fingerprints[0], fingerprints[1]);
        Assert.Equal(3, fingerprints.Distinct().Count());
        Assert.All(door.Grains.Keys, key => Assert.Equal("i-local/-/key-1", key));
        Assert.Equal("invalid_value", (await Post(door, Ask, ("Idempotency-Key", new string('k', 256)))).Code);
    }

    [Fact]
    public async Task A_key_that_was_used_otherwise_is_refused_by_name()
    {
        await using var door = await Accepting();
        door.Idempotency.OnAsk = (_, _) => Task.FromResult<IdempotentAnswer>(new IdempotentAnswer.OtherBody());
        var reused = await Post(door, Ask, ("Idempotency-Key", "key-1"));
        Assert.Equal((422, "idempotency_key_reused", "Idempotency-Key"), (reused.Status, reused.Code, (string?)reused.Error["param"]));
        door.Idempotency.OnAsk = (_, _) => Task.FromResult<IdempotentAnswer>(new IdempotentAnswer.Deleted());
        Assert.Equal((422, "idempotency_key_of_deleted_video"), (await Post(door, Ask, ("Idempotency-Key", "key-1"))) is var gone ? (gone.Status, gone.Code) : default);
    }

    [Fact]
    public async Task A_remix_takes_everything_but_its_prompt_from_its_source()
    {
        await using var door = await Accepting();
        var source = Views.Completed with { Options = new("paid-1", "1920x1080", 12) };
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(source);
        door.Grain.OnAsk = _ => Task.FromResult<AskAnswer>(new AskAnswer.Accepted(Views.Queued with { RemixOf = source.Id }, Dedup.New));
        var answer = await Post(door, """{"prompt":"at night"}""", $"/v1/videos/{source.Id}/remix");
        Assert.Equal(source.Id.ToString(), (string)answer.Json["remixed_from_video_id"]!);
        Assert.Equal(new VideoAsk(source.Owner, "at night", source.Options, source.Id), Assert.Single(door.Grain.Asks));
        Assert.Equal("unknown_parameter", (await Post(door, """{"prompt":"at night","seconds":4}""", $"/v1/videos/{source.Id}/remix")).Code);

        door.Grain.OnAsk = _ => Task.FromResult<AskAnswer>(new AskAnswer.Refused(new(Codes.RemixSourceNotReady, "No.")));
        var refused = await Post(door, """{"prompt":"at night"}""", $"/v1/videos/{source.Id}/remix");
        Assert.Equal((422, Codes.RemixSourceNotReady), (refused.Status, refused.Code));
    }

    [Fact]
    public async Task A_remix_of_what_cannot_be_remixed_is_refused()
    {
        await using var door = await Accepting();
        Assert.Equal("video_not_found", (await Post(door, Ask, $"/v1/videos/{Views.Id}/remix")).Code);
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(Views.Completed);
        Assert.Equal((422, Codes.RemixNotOffered), await Post(door, Ask, $"/v1/videos/{Views.Id}/remix") is var no ? (no.Status, no.Code) : default);
        // Another user of the same client: as if it were not there.
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(Views.Completed with { Options = new("paid-1", "1920x1080", 8), Owner = new("local", "bob") });
        Assert.Equal("video_not_found", (await Post(door, Ask, $"/v1/videos/{Views.Id}/remix")).Code);
        Assert.Empty(door.Grain.Asks);
    }

    [Fact]
    public async Task A_list_goes_on_after_its_last_id_until_there_is_no_more()
    {
        await using var door = await Door.Open();
        door.Grain.OnGet = round => Task.FromResult<VideoView?>(Views.Completed with { Id = FixedBook.Ids[round - 1], Deleted = round == 4 });
        var first = (await door.Get("/v1/videos?limit=2")).Json;
        Assert.Equal(("list", true), ((string)first["object"]!, (bool)first["has_more"]!));
        // The second one was deleted just now: it is not shown, and the next page begins after it all the same.
        Assert.Equal([FixedBook.Ids[4].ToString()], Ids(first));
        Assert.Equal(FixedBook.Ids[3].ToString(), (string)first["last_id"]!);
        var second = (await door.Get($"/v1/videos?limit=3&after={(string)first["last_id"]!}")).Json;
        Assert.Equal([FixedBook.Ids[2].ToString(), FixedBook.Ids[1].ToString(), FixedBook.Ids[0].ToString()], Ids(second));
        Assert.Equal((false, FixedBook.Ids[0].ToString()), ((bool)second["has_more"]!, (string)second["last_id"]!));
        Assert.Equal(FixedBook.Ids[0].ToString(), Ids((await door.Get("/v1/videos?order=asc&limit=1")).Json).Single());
        Assert.Equal("""{"object":"list","data":[],"first_id":null,"last_id":null,"has_more":true}""", (await door.Get("/v1/videos?limit=0")).Text);
    }

    [Theory]
    [InlineData("limit=101", "limit")]
    [InlineData("limit=-1", "limit")]
    [InlineData("order=up", "order")]
    [InlineData("after=x", "after")]
    public async Task A_wrong_list_is_refused_by_name(string query, string param)
    {
        await using var door = await Door.Open();
        var answer = await door.Get($"/v1/videos?{query}");
        Assert.Equal((400, "invalid_value", param), (answer.Status, answer.Code, (string?)answer.Error["param"]));
    }

    private static async Task<Door> Accepting()
    {
        var door = await Door.Open();
        door.Grain.OnAsk = _ => Task.FromResult<AskAnswer>(new AskAnswer.Accepted(Views.Queued, Dedup.New));
        return door;
    }

    private static string[] Ids(JsonNode list) => [.. list["data"]!.AsArray().Select(video => (string)video!["id"]!)];

    private static Task<Answer> Post(Door door, string json, params (string Name, string Value)[] headers) => Post(door, json, "/v1/videos", headers);

    private static Task<Answer> Post(Door door, string json, string path, params (string Name, string Value)[] headers) =>
        door.Send(HttpMethod.Post, path, new StringContent(json, System.Text.Encoding.UTF8, "application/json"), headers);
}
