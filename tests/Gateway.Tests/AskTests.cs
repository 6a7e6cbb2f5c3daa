using System.Text.Json.Nodes;
using VideoGen.Access;
using VideoGen.Requests;

namespace VideoGen.Gateway.Tests;

/// <summary>POST /v1/videos where there is a video, or will be one.</summary>
public sealed class AskTests
{
    // All of these are required in OpenAI's VideoResource.
    private static readonly string[] Required =
        ["id", "object", "model", "status", "progress", "created_at", "completed_at", "expires_at", "prompt", "size", "seconds", "remixed_from_video_id", "error"];

    [Theory]
    [InlineData(Dedup.New, "new", null)]
    [InlineData(Dedup.Joined, "joined", "joined")]
    [InlineData(Dedup.Replayed, "replayed", "replayed")]
    public async Task An_accepted_ask_is_200_and_says_how_it_relates_to_what_was_there(Dedup dedup, string word, string? header)
    {
        await using var door = await Door.Open();
        door.Grain.OnAsk = _ => Task.FromResult<AskAnswer>(new AskAnswer.Accepted(Views.Queued, dedup));

        var answer = await door.Post("""{"prompt":"A cat on a roof"}""");

        Assert.Equal(200, answer.Status);
        Assert.Equal(word, (string)answer.Json["dedup"]!);
        Assert.Equal(header, answer.Header("VideoGen-Dedup"));
    }

    [Fact]
    public async Task A_video_has_every_member_of_the_original_service_and_ours_after_them()
    {
        await using var door = await Door.Open();
        door.Grain.OnAsk = _ => Task.FromResult<AskAnswer>(new AskAnswer.Accepted(Views.Queued, Dedup.New));

        var video = (await door.Post("""{"prompt":"A cat on a roof"}""")).Json.AsObject();

        Assert.All(Required, member => Assert.True(video.ContainsKey(member), member));
        var expected = JsonNode.Parse($$"""
            {"id":"{{Views.Id}}","object":"video","model":"local-1","status":"queued","progress":0,"created_at":1795262400,"completed_at":null,
             "expires_at":null,"prompt":"A cat on a roof","size":"1280x720","seconds":"4","remixed_from_video_id":null,"error":null,
             "dedup":"new","charged":null,"cost":{"estimated":1.6,"reserved":0,"actual":null},"waiting":"waits for a slot","queue_position":null,"resolving_until":null,"window_ends_at":null}
            """);
        Assert.Equal(expected!.ToJsonString(), video.ToJsonString());
    }

    [Fact]
    public async Task A_completed_video_says_until_when_its_media_are_kept()
    {
        await using var door = await Door.Open();
        door.Files.RetainFor = TimeSpan.FromDays(2);
        door.Grain.OnAsk = _ => Task.FromResult<AskAnswer>(new AskAnswer.Accepted(Views.Completed, Dedup.Replayed));
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(Views.Queued);
        var until = (Views.Completed.EndedAt!.Value + TimeSpan.FromDays(2)).ToUnixTimeSeconds();

        Assert.Equal(until, (long)(await door.Post("""{"prompt":"A cat on a roof"}""")).Json["expires_at"]!);
        Assert.Null((await door.Get($"/v1/videos/{Views.Id}")).Json["expires_at"]);
    }

    [Fact]
    public async Task A_failed_video_says_why_and_what_it_cost()
    {
        await using var door = await Door.Open();
        door.Grain.OnAsk = _ => Task.FromResult<AskAnswer>(new AskAnswer.Accepted(Views.Failed, Dedup.Replayed));

        var video = (await door.Post("""{"prompt":"A cat on a roof"}""")).Json;

        Assert.Equal("failed", (string)video["status"]!);
        Assert.Equal(Codes.ContentPolicyViolation, (string)video["error"]!["code"]!);
        Assert.Equal("The provider refused the prompt.", (string)video["error"]!["message"]!);
        Assert.Equal("no", (string)video["charged"]!);
        Assert.Null(video["completed_at"]);
    }

    [Fact]
    public async Task The_grain_is_the_one_of_the_canonical_prompt_and_gets_exactly_that_prompt()
    {
        await using var door = await Door.Open();
        door.Grain.OnAsk = _ => Task.FromResult<AskAnswer>(new AskAnswer.Accepted(Views.Queued, Dedup.New));

        await door.Post("""{"prompt":"  A  cat\ton a cafe\u0301 \r\n roof "}""");

        Assert.True(door.Grain.Asks.TryPeek(out var ask));
        Assert.Equal("A cat on a caf\u00e9 \n roof", ask.Prompt);
        Assert.Equal(VideoRequestKey.For(1, new(Owner.LocalClient, Owner.Everyone), ask.Prompt), door.Grains.Keys.Single());
        Assert.Equal(new VideoOptions("local-1", "1280x720", 4), ask.Options);
    }

    [Theory]
    [InlineData("\"8\"")]
    [InlineData("8")]
    public async Task Seconds_are_taken_as_text_and_as_number(string seconds)
    {
        await using var door = await Door.Open();
        door.Grain.OnAsk = _ => Task.FromResult<AskAnswer>(new AskAnswer.Accepted(Views.Queued, Dedup.New));

        await door.Post($$"""{"prompt":"x","seconds":{{seconds}},"size":"720x1280","model":"local-1"}""");

        Assert.Equal(new VideoOptions("local-1", "720x1280", 8), door.Grain.Asks.Single().Options);
    }

    [Fact]
    public async Task What_is_left_out_is_the_models_own_first_choice()
    {
        await using var door = await Door.Open();
        door.Grain.OnAsk = _ => Task.FromResult<AskAnswer>(new AskAnswer.Accepted(Views.Queued, Dedup.New));

        await door.Post("""{"prompt":"x","model":"paid-1"}""");

        Assert.Equal(new VideoOptions("paid-1", "1920x1080", 8), door.Grain.Asks.Single().Options);
    }

    [Theory]
    [InlineData(null, null, "-")]
    [InlineData("ann", null, "ann")]
    [InlineData(null, "bob", "bob")]
    [InlineData("tg:1/2", "tg:1/2", "tg:1/2")]
    public async Task The_user_comes_from_the_body_or_the_header(string? inBody, string? inHeader, string user)
    {
        await using var door = await Door.Open();
        door.Grain.OnAsk = _ => Task.FromResult<AskAnswer>(new AskAnswer.Accepted(Views.Queued, Dedup.New));
        var body = new JsonObject { ["prompt"] = "x" };
        if (inBody is not null) body["user"] = inBody;

        await door.Send(HttpMethod.Post, "/v1/videos", new StringContent(body.ToJsonString(), null, "application/json"),
            inHeader is null ? [] : [("X-VideoGen-User", inHeader)]);

        Assert.Equal(new Owner("local", user), door.Grain.Asks.Single().Owner);
    }

    [Fact]
    public async Task Nothing_of_the_prompt_or_the_users_text_gets_into_a_log()
    {
        await using var door = await Door.Open();
        door.Grain.OnAsk = _ => Task.FromResult<AskAnswer>(new AskAnswer.Refused(new(Codes.QuotaExceeded, "Enough.")));

        await door.Post("""{"prompt":"canaryprompt","user":"canaryuser"}""");
        await door.Post("""{"prompt":"canaryprompt","canarymember":1}""");
        await door.Get("/v1/videos/canarypath?wait=canaryquery");

        var ours = door.Log.Where(line => line.StartsWith("VideoGen.", StringComparison.Ordinal)).ToList();
        Assert.Equal(3, ours.Count);
        Assert.DoesNotContain(ours, line => line.Contains("canary", StringComparison.Ordinal));
    }
}
