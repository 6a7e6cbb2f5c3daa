using System.Net.Http.Headers;
using System.Text;
using VideoGen.Requests;

namespace VideoGen.Gateway.Tests;

/// <summary>An ask as multipart/form-data: the same members, bounds and words as in JSON, and a picture.</summary>
public sealed class FormTests
{
    private static readonly byte[] Png = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, 1, 2, 3, 4];

    [Fact]
    public async Task A_form_says_what_json_says()
    {
        await using var door = await Accepting();
        using var form = Form(("prompt", "A cat on a roof"), ("model", "paid-1"), ("seconds", "12"), ("user", "alice"), ("variation", "true"));
        Assert.Equal(200, (await Send(door, form)).Status);
        var ask = Assert.Single(door.Grain.Asks);
        Assert.Equal(new VideoAsk(new("local", "alice"), "A cat on a roof", new("paid-1", "1920x1080", 12), AnotherTake: true), ask);
    }

    [Theory]
    [InlineData("promt", "x", "unknown_parameter", "promt")]
    [InlineData("seconds", "four", "invalid_value", "seconds")]
    [InlineData("variation", "1", "invalid_value", "variation")]
    [InlineData("user", "a b", "invalid_value", "user")]
    [InlineData("input_reference[image_url]", "https://example.com", "invalid_value", "input_reference")]
    public async Task A_wrong_field_is_refused_by_name(string field, string text, string code, string param)
    {
        await using var door = await Accepting();
        using var form = Form(("prompt", "x"), (field, text));
        AssertRefused(await Send(door, form), 400, code, param);
        Assert.Empty(door.Grain.Asks);
    }

    [Fact]
    public async Task A_field_that_stands_twice_is_refused()
    {
        await using var door = await Accepting();
        using var form = Form(("prompt", "x"), ("prompt", "y"));
        AssertRefused(await Send(door, form), 400, "duplicate_parameter", "prompt");
    }

    [Fact]
    public async Task Text_that_is_not_utf8_or_too_long_is_refused()
    {
        await using var door = await Accepting();
        using var bad = new MultipartFormDataContent { { new ByteArrayContent([0xC3, 0x28]), "prompt" } };
        AssertRefused(await Send(door, bad), 400, "malformed_utf8", null);
        using var endless = Form(("prompt", "x"), ("user", new string('u', 70_000)));
        AssertRefused(await Send(door, endless), 413, "body_too_large", null);
    }

    [Theory]
    [InlineData("multipart/form-data", "--x\r\n\r\n\r\n--x--")]
    [InlineData("multipart/form-data; boundary=x", "")]
    [InlineData("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\nA cat")]
    [InlineData("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data\r\n\r\nA cat\r\n--x--")]
    [InlineData("multipart/form-data; boundary=x", "--x\r\nContent-Type: text/plain\r\n\r\nA cat\r\n--x--")]
    public async Task What_is_no_form_is_refused_as_such(string contentType, string body)
    {
        await using var door = await Accepting();
        AssertRefused(await door.Post(Encoding.UTF8.GetBytes(body), contentType), 400, "malformed_form", null);
        Assert.Empty(door.Grain.Asks);
    }

    [Fact]
    public async Task A_form_from_a_page_of_another_origin_is_refused_and_from_our_own_it_is_not()
    {
        await using var door = await Accepting();
        using var foreign = Form(("prompt", "x"));
        AssertRefused(await door.Send(HttpMethod.Post, "/v1/videos", foreign, ("Origin", "http://evil.example")), 403, "foreign_origin", null);
        using var none = Form(("prompt", "x"));
        AssertRefused(await door.Send(HttpMethod.Post, "/v1/videos", none, ("Origin", "null")), 403, "foreign_origin", null);
        using var own = Form(("prompt", "x"));
        Assert.Equal(200, (await door.Send(HttpMethod.Post, "/v1/videos", own, ("Origin", door.Client.BaseAddress!.GetLeftPart(UriPartial.Authority)))).Status);
    }

    [Fact]
    public async Task A_picture_is_stored_by_its_content_and_known_by_its_first_bytes()
    {
        await using var door = await Accepting();
        using var file = Form(("prompt", "x"), ("model", "paid-1"));
        file.Add(Picture(Png, "image/jpeg"), "input_reference", "../../a.png");
        Assert.Equal(200, (await Send(door, file)).Status);
        using var url = Form(("prompt", "x"), ("model", "paid-1"), ("input_reference[image_url]", $"data:image/png;base64,{Convert.ToBase64String(Png)}"));
        Assert.Equal(200, (await Send(door, url)).Status);
        Assert.Equal(200, (await door.Post($$$"""{"prompt":"x","model":"paid-1","input_reference":{"image_url":"data:image/png;base64,{{{Convert.ToBase64String(Png)}}}"}}""")).Status);

        var input = Assert.Single(door.Grain.Asks.Select(a => a.Input).Distinct())!;
        Assert.Equal("image/png", input.MediaType);
        Assert.Equal(Png, door.Inputs.Stored[input.Sha256]);
        Assert.Single(door.Grains.Keys.Distinct());
        Assert.DoesNotContain(VideoRequestKey.For(1, new("local", "-"), "x"), door.Grains.Keys);
    }

    [Fact]
    public async Task A_picture_that_is_none_or_too_large_or_unwanted_is_refused()
    {
        await using var door = await Accepting();
        using var none = Form(("prompt", "x"), ("model", "paid-1"));
        none.Add(Picture("GIF89a, or anything else"u8.ToArray(), "image/png"), "input_reference", "a.png");
        AssertRefused(await Send(door, none), 400, "invalid_value", "input_reference");

        using var large = Form(("prompt", "x"), ("model", "paid-1"));
        large.Add(Picture([.. Png, .. new byte[10_485_760]], "image/png"), "input_reference", "a.png");
        AssertRefused(await Send(door, large), 400, "invalid_value", "input_reference");

        using var unwanted = Form(("prompt", "x"));
        unwanted.Add(Picture(Png, "image/png"), "input_reference", "a.png");
        AssertRefused(await Send(door, unwanted), 400, "invalid_value", "input_reference");

        using var elsewhere = Form(("prompt", "x"));
        elsewhere.Add(Picture(Png, "image/png"), "prompt2", "a.png");
        AssertRefused(await Send(door, elsewhere), 400, "unknown_parameter", "prompt2");
        Assert.Empty(door.Grain.Asks);
    }

    [Fact]
    public async Task A_store_of_pictures_that_is_full_is_said_and_nothing_is_asked()
    {
        await using var door = await Accepting();
        door.Inputs.OnSave = () => new IOException("No space left on device");
        using var form = Form(("prompt", "x"), ("model", "paid-1"));
        form.Add(Picture(Png, "image/png"), "input_reference", "a.png");
        AssertRefused(await Send(door, form), 503, "store_unavailable", null);
        Assert.Empty(door.Grain.Asks);
    }

    private static async Task<Door> Accepting()
    {
        var door = await Door.Open();
        door.Grain.OnAsk = ask => Task.FromResult<AskAnswer>(new AskAnswer.Accepted(Views.Queued, Dedup.New));
        return door;
    }

    private static Task<Answer> Send(Door door, HttpContent form) => door.Send(HttpMethod.Post, "/v1/videos", form);

    private static MultipartFormDataContent Form(params (string Name, string Text)[] fields)
    {
        var form = new MultipartFormDataContent();
        foreach (var (name, text) in fields) form.Add(new StringContent(text), name);
        return form;
    }

    private static ByteArrayContent Picture(byte[] bytes, string mediaType)
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        return content;
    }

    private static void AssertRefused(Answer answer, int status, string code, string? param)
    {
        Assert.Equal((status, code, param), (answer.Status, answer.Code, (string?)answer.Error["param"]));
        Assert.Equal("false", answer.Header("x-should-retry"));
    }
}
