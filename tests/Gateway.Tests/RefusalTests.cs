using VideoGen.Access;
using VideoGen.Requests;

namespace VideoGen.Gateway.Tests;

/// <summary>Every answer of a grain that is not a video: status, headers, envelope.</summary>
public sealed class RefusalTests
{
    private const string Ask = """{"prompt":"A cat on a roof","user":"ann"}""";

    /// <summary>Code, seconds until asking again helps, limit: status, type, Retry-After, RateLimit, RateLimit-Policy.</summary>
    public static TheoryData<string, int?, int?, int, string, string?, string?, string?> Table => new()
    {
        { Codes.QuotaExceeded, 3600, 5, 429, "rate_limit_error", null, "\"quota\";r=0;t=3600", "\"quota\";q=5" },
        { Codes.QuotaExceeded, 21, 5, 429, "rate_limit_error", null, "\"quota\";r=0;t=21", "\"quota\";q=5" },
        { Codes.QuotaExceeded, 20, 5, 429, "rate_limit_error", "20", "\"quota\";r=0;t=20", "\"quota\";q=5" },
        { Codes.Cooldown, 600, 1, 429, "rate_limit_error", null, "\"cooldown\";r=0;t=600", "\"cooldown\";q=1" },
        { Codes.Cooldown, 8, 1, 429, "rate_limit_error", "8", "\"cooldown\";r=0;t=8", "\"cooldown\";q=1" },
        { Codes.Cooldown, 0, 1, 429, "rate_limit_error", "1", "\"cooldown\";r=0;t=1", "\"cooldown\";q=1" },
        { Codes.SubmitLimit, 7200, 6, 429, "rate_limit_error", null, "\"submits\";r=0;t=7200", "\"submits\";q=6" },
        { Codes.SubmitLimit, 7200, null, 429, "rate_limit_error", null, "\"submits\";r=0;t=7200", null },
        { Codes.RoundLimit, null, 200, 422, "invalid_request_error", null, null, null },
        { Codes.BeingErased, null, null, 422, "invalid_request_error", null, null, null },
        { Codes.ModelNotFound, null, null, 422, "invalid_request_error", null, null, null },
        { Codes.AdmissionUnavailable, 5, null, 503, "server_error", "5", null, null },
        { Codes.AdmissionUnavailable, null, null, 503, "server_error", null, null, null },
        { Documented.OfAnotherYear, null, null, 422, "invalid_request_error", null, null, null },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public async Task A_refusal_has_its_status_and_headers(
        string code, int? seconds, int? limit, int status, string type, string? retryAfter, string? rateLimit, string? policy)
    {
        await using var door = await Door.Open();
        var until = seconds is { } s ? door.Time.GetUtcNow().AddSeconds(s) : (DateTimeOffset?)null;
        door.Grain.OnAsk = _ => Task.FromResult<AskAnswer>(new AskAnswer.Refused(new(code, "Because.", until, limit, limit is null ? null : 0)));

        var answer = await door.Post(Ask);

        Assert.Equal(status, answer.Status);
        Assert.Equal("false", answer.Header("x-should-retry"));
        Assert.Equal(retryAfter, answer.Header("Retry-After"));
        Assert.Equal(rateLimit, answer.Header("RateLimit"));
        Assert.Equal(policy, answer.Header("RateLimit-Policy"));
        Assert.Equal("application/json; charset=utf-8", answer.Header("Content-Type"));
        Assert.Equal(code, answer.Code);
        Assert.Equal(type, (string)answer.Error["type"]!);
        Assert.True(answer.Error.AsObject().ContainsKey("param"));
        Assert.Equal(until?.ToUnixTimeSeconds(), (long?)answer.Error["retry_at"]);
        Assert.StartsWith("Because.", answer.Message, StringComparison.Ordinal);
        if (until is { } at) Assert.Contains($"Ask again at {at:u}.", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wait_that_ends_within_a_second_is_rounded_up()
    {
        await using var door = await Door.Open();
        var until = door.Time.GetUtcNow().AddSeconds(2.25);
        door.Grain.OnAsk = _ => Task.FromResult<AskAnswer>(new AskAnswer.Refused(new(Codes.Cooldown, "Wait.", until, 1, 0)));

        var answer = await door.Post(Ask);

        Assert.Equal("3", answer.Header("Retry-After"));
        Assert.Equal(door.Time.GetUtcNow().ToUnixTimeSeconds() + 3, (long)answer.Error["retry_at"]!);
    }

    [Fact]
    public async Task A_sentence_that_says_the_time_is_left_as_it_is()
    {
        await using var door = await Door.Open();
        var until = door.Time.GetUtcNow().AddSeconds(600.5);
        var text = $"The next one is possible at {until:u}.";
        door.Grain.OnAsk = _ => Task.FromResult<AskAnswer>(new AskAnswer.Refused(new(Codes.Cooldown, text, until, 1, 0)));

        Assert.Equal(text, (await door.Post(Ask)).Message);
    }

    [Theory]
    [InlineData("""{"prompt":"x"}""", true)]
    [InlineData("""{"prompt":"x","user":"ann"}""", false)]
    public async Task Who_names_no_user_is_told_that_all_its_users_share_one_quota(string body, bool told)
    {
        await using var door = await Door.Open();
        door.Grain.OnAsk = _ => Task.FromResult<AskAnswer>(new AskAnswer.Refused(new(Codes.QuotaExceeded, "Five a day.")));

        Assert.Equal(told, (await door.Post(body)).Message.Contains("share one quota", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Other_options_are_a_question_with_the_existing_video()
    {
        await using var door = await Door.Open();
        door.Grain.OnAsk = _ => Task.FromResult<AskAnswer>(new AskAnswer.Question(Views.Completed, Codes.SamePromptOtherOptions, "It exists with 4 s."));

        var answer = await door.Post(Ask);

        Assert.Equal((422, Codes.SamePromptOtherOptions), (answer.Status, answer.Code));
        Assert.Equal("false", answer.Header("x-should-retry"));
        Assert.Equal(Views.Id.ToString(), (string)answer.Error["video_id"]!);
        Assert.Equal("completed", (string)answer.Error["video"]!["status"]!);
    }

    [Fact]
    public async Task A_deleted_video_is_a_question_with_its_id_and_no_dead_link()
    {
        await using var door = await Door.Open();
        door.Grain.OnAsk = _ => Task.FromResult<AskAnswer>(
            new AskAnswer.Question(Views.Completed with { Deleted = true }, Codes.SamePromptDeleted, "You deleted it."));

        var answer = await door.Post(Ask);

        Assert.Equal((422, Codes.SamePromptDeleted), (answer.Status, answer.Code));
        Assert.Equal(Views.Id.ToString(), (string)answer.Error["video_id"]!);
        Assert.Null(answer.Error["video"]);
    }

    [Fact]
    public async Task An_unknown_outcome_is_503_and_says_that_asking_again_is_safe()
    {
        await using var door = await Door.Open();
        door.Grain.OnAsk = _ => Task.FromResult<AskAnswer>(new AskAnswer.Unknown());

        AssertUnknown(await door.Post(Ask));
    }

    [Fact]
    public async Task A_grain_that_throws_is_the_same_unknown_outcome_without_its_text()
    {
        await using var door = await Door.Open();
        door.Grain.OnAsk = _ => throw new InvalidOperationException("secret inner text");

        var answer = await door.Post(Ask);

        AssertUnknown(answer);
        Assert.DoesNotContain("secret", answer.Text, StringComparison.Ordinal);
        Assert.Contains(door.Log, line => line.Contains("secret inner text", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_grain_that_does_not_answer_is_the_same_unknown_outcome_after_15_s()
    {
        await using var door = await Door.Open();
        door.Grain.OnAsk = _ => new TaskCompletionSource<AskAnswer>().Task;

        var asking = door.Post(Ask);
        await door.Time.Awaited(TimeSpan.FromSeconds(15));
        Assert.False(asking.IsCompleted);
        door.Time.Advance(TimeSpan.FromSeconds(15));

        AssertUnknown(await asking);
    }

    [Fact]
    public async Task A_grain_that_throws_on_get_is_503_and_the_question_is_safe_to_ask_again()
    {
        await using var door = await Door.Open();
        door.Grain.OnGet = _ => throw new InvalidOperationException("secret inner text");

        var answer = await door.Get($"/v1/videos/{Views.Id}");

        Assert.Equal((503, "unavailable"), (answer.Status, answer.Code));
        Assert.Equal("5", answer.Header("Retry-After"));
        Assert.Equal("false", answer.Header("x-should-retry"));
    }

    private static void AssertUnknown(Answer answer)
    {
        Assert.Equal((503, "outcome_unknown"), (answer.Status, answer.Code));
        Assert.Equal("false", answer.Header("x-should-retry"));
        Assert.Equal("5", answer.Header("Retry-After"));
        Assert.Contains("safe", answer.Message, StringComparison.Ordinal);
    }
}
