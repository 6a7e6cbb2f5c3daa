using System.Text;
using VideoGen.Access;
using VideoGen.Requests;

namespace VideoGen.Gateway.Tests;

/// <summary>What is wrong with an ask: each answer names the field and the bound, and no grain is asked.</summary>
public sealed class BodyTests
{
    /// <summary>Body: status, code, param, words of the message.</summary>
    public static TheoryData<string, int, string, string?, string> Table => new()
    {
        // The prompt.
        { "{}", 400, "missing_required_parameter", "prompt", "1 to 4000 characters" },
        { """{"prompt":""}""", 400, "invalid_value", "prompt", "must not be empty" },
        { """{"prompt":" \n "}""", 400, "invalid_value", "prompt", "must not be empty" },
        { """{"prompt":7}""", 400, "invalid_type", "prompt", "must be a string" },
        { """{"prompt":null}""", 400, "invalid_type", "prompt", "must be a string" },
        { """{"prompt":["x"]}""", 400, "invalid_type", "prompt", "must be a string" },
        { $$"""{"prompt":"{{new string('x', 4001)}}"}""", 400, "invalid_value", "prompt", "at most 4000 characters; this one has 4001" },
        { """{"prompt":"a\ud800b"}""", 400, "invalid_value", "prompt", "surrogate" },
        { """{"prompt":"a\udc00"}""", 400, "invalid_value", "prompt", "surrogate" },
        { """{"prompt":"a\u0000b"}""", 400, "invalid_value", "prompt", "U+0000 at position 1" },
        { """{"prompt":"a\u202eb"}""", 400, "invalid_value", "prompt", "U+202E" },

        // Options.
        { """{"prompt":"x","model":"sora-9"}""", 422, "model_not_found", "model", "local-1, paid-1" },
        { """{"prompt":"x","model":3}""", 400, "invalid_type", "model", "must be a string" },
        { """{"prompt":"x","size":"1x1"}""", 400, "invalid_value", "size", "1280x720, 720x1280" },
        { """{"prompt":"x","size":"1920x1080"}""", 400, "invalid_value", "size", "for local-1" },
        { """{"prompt":"x","size":{"w":1}}""", 400, "invalid_type", "size", "must be a string" },
        { """{"prompt":"x","seconds":5}""", 400, "invalid_value", "seconds", "4, 8" },
        { """{"prompt":"x","seconds":"12"}""", 400, "invalid_value", "seconds", "4, 8" },
        { """{"prompt":"x","seconds":-4}""", 400, "invalid_value", "seconds", "4, 8" },
        { """{"prompt":"x","seconds":4.5}""", 400, "invalid_value", "seconds", "whole number" },
        { """{"prompt":"x","seconds":1e99}""", 400, "invalid_value", "seconds", "whole number" },
        { """{"prompt":"x","seconds":"four"}""", 400, "invalid_value", "seconds", "whole number" },
        { """{"prompt":"x","seconds":" 4"}""", 400, "invalid_value", "seconds", "whole number" },
        { """{"prompt":"x","seconds":"\ud800"}""", 400, "invalid_value", "seconds", "whole number" },
        { """{"prompt":"x","seconds":true}""", 400, "invalid_type", "seconds", "whole number" },
        { """{"prompt":"x","seconds":null}""", 400, "invalid_type", "seconds", "whole number" },

        // The user.
        { """{"prompt":"x","user":""}""", 400, "invalid_value", "user", "1 to 128 visible ASCII" },
        { """{"prompt":"x","user":"a b"}""", 400, "invalid_value", "user", "no spaces" },
        { """{"prompt":"x","user":"\u00e9"}""", 400, "invalid_value", "user", "visible ASCII" },
        { $$"""{"prompt":"x","user":"{{new string('u', 129)}}"}""", 400, "invalid_value", "user", "128" },
        { """{"prompt":"x","user":1}""", 400, "invalid_type", "user", "must be a string" },

        // Members.
        { """{"prompt":"x","promt":"y"}""", 400, "unknown_parameter", "promt", "prompt, model, size, seconds, user, variation, confirmation, input_reference" },
        { """{"prompt":"x","Prompt":"y"}""", 400, "unknown_parameter", "Prompt", "Known are" },
        { """{"prompt":"x","variation":"yes"}""", 400, "invalid_type", "variation", "true or false" },
        { """{"prompt":"x","confirmation":""}""", 400, "invalid_value", "confirmation", "token of an offer" },
        { """{"prompt":"x","confirmation":true}""", 400, "invalid_type", "confirmation", "must be a string" },

        // The picture.
        { """{"prompt":"x","input_reference":{"file_id":"f"}}""", 400, "invalid_value", "input_reference", "image_url" },
        { """{"prompt":"x","input_reference":"data:image/png;base64,AA=="}""", 400, "invalid_type", "input_reference", "object with one member" },
        { """{"prompt":"x","input_reference":{"image_url":7}}""", 400, "invalid_type", "input_reference", "image_url" },
        { """{"prompt":"x","input_reference":{"image_url":"a","image_url":"b"}}""", 400, "invalid_value", "input_reference", "one member" },
        { """{"prompt":"x","input_reference":{"image_url":"data:image/png;base64,AA=="}}""", 400, "invalid_value", "input_reference", "not taken by local-1" },
        { """{"prompt":"x","model":"paid-1","input_reference":{"image_url":"ftp://example.com/a.png"}}""", 400, "invalid_value", "input_reference", "https address" },
        { """{"prompt":"x","model":"paid-1","input_reference":{"image_url":"data:image/png;base64,AA=="}}""", 400, "invalid_value", "input_reference", "PNG, JPEG or WebP" },
        { """{"prompt":"x","model":"paid-1","input_reference":{"image_url":"data:image/png;base64,!!"}}""", 400, "invalid_value", "input_reference", "data URL" },
        { """{"prompt":"x","<b>\n":1}""", 400, "unknown_parameter", null, "has a member unknown here" },
        { """{"prompt":"x","\ud800":1}""", 400, "unknown_parameter", null, "has a member unknown here" },
        { """{"prompt":"x","prompt":"x"}""", 400, "duplicate_parameter", "prompt", "twice" },
        { """{"prompt":"x","user":"a","us\u0065r":"b"}""", 400, "duplicate_parameter", "user", "twice" },

        // JSON.
        { "", 400, "malformed_json", null, "line 1" },
        { "{", 400, "malformed_json", null, "not valid JSON" },
        { """{"prompt":"x",}""", 400, "malformed_json", null, "line 1, byte" },
        { """{"prompt":"x"} {}""", 400, "malformed_json", null, "line 1, byte" },
        { """{"prompt":"x"/* why */}""", 400, "malformed_json", null, "not valid JSON" },
        { "{\"prompt\":\n'x'}", 400, "malformed_json", null, "line 2" },
        { "\uFEFF{\"prompt\":\"x\"}", 400, "malformed_json", null, "not valid JSON" },
        { """[{"prompt":"x"}]""", 400, "malformed_json", null, "one JSON object" },
        { "null", 400, "malformed_json", null, "one JSON object" },
        { new string('[', 5000), 400, "malformed_json", null, "one JSON object" },
        { "{\"prompt\":" + new string('[', 5000), 400, "invalid_type", "prompt", "must be a string" },
        { string.Concat(Enumerable.Repeat("{\"a\":", 5000)), 400, "unknown_parameter", "a", "Known are" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public async Task A_wrong_body_is_refused_by_name_and_bound(string body, int status, string code, string? param, string words)
    {
        await using var door = await Door.Open();

        AssertRefused(await door.Post(body), status, code, param, words);
        Assert.Empty(door.Grain.Asks);
    }

    [Fact]
    public async Task Bad_utf8_is_refused_and_not_repaired()
    {
        await using var door = await Door.Open();
        byte[] body = [.. "{\"prompt\":\"a"u8, 0xC3, 0x28, .. "\"}"u8];

        AssertRefused(await door.Post(body), 400, "malformed_utf8", null, "UTF-8");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_may_have_64_kB_and_not_a_byte_more(bool chunked)
    {
        await using var door = await Door.Open();
        door.Grain.OnAsk = _ => Task.FromResult<AskAnswer>(new AskAnswer.Accepted(Views.Queued, Dedup.New));

        var most = await door.Send(HttpMethod.Post, "/v1/videos", Body(65_536));
        var over = await door.Send(HttpMethod.Post, "/v1/videos", Body(65_537));

        Assert.Equal(200, most.Status);
        AssertRefused(over, 413, "body_too_large", null, "65536 bytes");

        HttpContent Body(int bytes)
        {
            var json = Encoding.UTF8.GetBytes("{\"prompt\":\"x\"}".PadRight(bytes));
            HttpContent content = chunked ? new StreamContent(new UnseekableStream(json)) : new ByteArrayContent(json);
            content.Headers.ContentType = new("application/json");
            return content;
        }
    }

    [Theory]
    [InlineData("text/plain", "application/json")]
    [InlineData("application/x-www-form-urlencoded", "application/json")]
    [InlineData("application/json; charset=utf-16", "UTF-8")]
    [InlineData("application/problem+json", "application/json")]
    public async Task Other_media_types_are_told_what_to_send(string contentType, string words)
    {
        await using var door = await Door.Open();

        AssertRefused(await door.Post("{\"prompt\":\"x\"}"u8.ToArray(), contentType), 415, "unsupported_media_type", null, words);
    }

    [Fact]
    public async Task A_body_without_a_media_type_is_not_guessed_at()
    {
        await using var door = await Door.Open();

        AssertRefused(await door.Send(HttpMethod.Post, "/v1/videos", new ByteArrayContent("{}"u8.ToArray())), 415, "unsupported_media_type", null, "application/json");
    }

    [Theory]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("Application/JSON; charset=\"UTF-8\"")]
    public async Task Utf8_may_be_said_aloud(string contentType)
    {
        await using var door = await Door.Open();
        door.Grain.OnAsk = _ => Task.FromResult<AskAnswer>(new AskAnswer.Accepted(Views.Queued, Dedup.New));

        Assert.Equal(200, (await door.Post("{\"prompt\":\"x\"}"u8.ToArray(), contentType)).Status);
    }

    [Theory]
    [InlineData("ann", "bob", "user", "must equal the X-VideoGen-User header")]
    [InlineData("ann", "a b", "X-VideoGen-User", "1 to 128 visible ASCII")]
    [InlineData("ann", "", "X-VideoGen-User", "1 to 128 visible ASCII")]
    public async Task A_header_that_contradicts_or_is_no_name_is_refused(string inBody, string inHeader, string param, string words)
    {
        await using var door = await Door.Open();
        var content = new StringContent($$"""{"prompt":"x","user":"{{inBody}}"}""", null, "application/json");

        AssertRefused(await door.Send(HttpMethod.Post, "/v1/videos", content, ("X-VideoGen-User", inHeader)), 400, "invalid_value", param, words);
    }

    [Fact]
    public async Task A_header_that_stands_twice_is_refused()
    {
        await using var door = await Door.Open();
        var content = new StringContent("""{"prompt":"x"}""", null, "application/json");

        // The client would join them; on the wire they are two lines.
        var answer = await RawHttp.Send(door.Client.BaseAddress!, $"""
            POST /v1/videos HTTP/1.1
            Host: localhost
            Content-Type: application/json
            Content-Length: 14
            X-VideoGen-User: ann
            X-VideoGen-User: bob
            Connection: close

            {await content.ReadAsStringAsync()}
            """);

        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Contains("\"param\":\"X-VideoGen-User\"", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_longest_names_are_taken()
    {
        await using var door = await Door.Open();
        door.Grain.OnAsk = _ => Task.FromResult<AskAnswer>(new AskAnswer.Accepted(Views.Queued, Dedup.New));
        var user = new string('u', Owner.MaxUserLength);

        Assert.Equal(200, (await door.Post($$"""{"prompt":"{{new string('x', VideoPrompt.MaxLength)}}","user":"{{user}}"}""")).Status);
        Assert.Equal(user, door.Grain.Asks.Single().Owner.User);
    }

    private static void AssertRefused(Answer answer, int status, string code, string? param, string words)
    {
        Assert.Equal((status, code), (answer.Status, answer.Code));
        Assert.Equal(param, (string?)answer.Error["param"]);
        Assert.Contains(words, answer.Message, StringComparison.Ordinal);
        Assert.Equal("invalid_request_error", (string)answer.Error["type"]!);
        Assert.Equal("false", answer.Header("x-should-retry"));
        Assert.Null(answer.Header("Retry-After"));
    }

    private sealed class UnseekableStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
