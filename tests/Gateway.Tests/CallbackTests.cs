using System.Net;
using System.Text;
using VideoGen.Providers;

namespace VideoGen.Gateway.Tests;

/// <summary>Where providers call back: everything is handed on to the letter, and what is not taken is said in documented words.</summary>
public sealed class CallbackTests
{
    private const string Token = "test0000-v-abc-1.1~proof", Path = $"/webhooks/paid/{Token}";

    [Fact]
    public async Task A_call_is_handed_on_as_it_came_and_answered_with_nothing()
    {
        await using var door = await Door.Open();
        var answer = await Call(door, Path, "{\"id\": \"ü\"}\n", ("webhook-id", "msg_1"), ("webhook-timestamp", "1"), ("webhook-signature", "v1,a v1,b"));
        Assert.Equal((204, ""), (answer.Status, answer.Text));
        Assert.Equal(new("test0000-v-abc-1.1~proof", "msg_1", "1", "v1,a v1,b", "{\"id\": \"ü\"}\n"), Assert.Single(door.Grains.Provider.Heard));
        Assert.Equal("p-paid", Assert.Single(door.Grains.Keys));
    }

    [Theory]
    [InlineData(CallbackVerdict.UnknownAddress, 404, "callback_unknown")]
    [InlineData(CallbackVerdict.NotSigned, 403, "callback_not_signed")]
    [InlineData(CallbackVerdict.NotNow, 400, "callback_not_now")]
    [InlineData(CallbackVerdict.Unreadable, 400, "callback_unreadable")]
    public async Task What_is_not_taken_says_why(CallbackVerdict verdict, int status, string code)
    {
        await using var door = await Door.Open();
        door.Grains.Provider.Verdict = verdict;
        var answer = await Call(door, Path, "{}");
        Assert.Equal((status, code), (answer.Status, (string)answer.Json["code"]!));
        Assert.Null(answer.Header("WWW-Authenticate"));
    }

    [Theory]
    [InlineData("/webhooks/nobody/test0000-v-abc-1.1~proof")]
    [InlineData("/webhooks/paid/not%20one")]
    [InlineData("/webhooks/paid/a%2Fb")]
    [InlineData("/webhooks/Paid/a")]
    public async Task An_account_or_an_address_that_cannot_be_is_refused_before_any_grain(string path)
    {
        await using var door = await Door.Open();
        var answer = await Call(door, path, "{}");
        Assert.Equal((404, "callback_unknown"), (answer.Status, (string)answer.Json["code"]!));
        Assert.Empty(door.Grains.Keys);
    }

    [Fact]
    public async Task A_token_that_is_longer_than_any_is_refused_before_any_grain()
    {
        await using var door = await Door.Open();
        Assert.Equal(404, (await Call(door, $"/webhooks/paid/{new string('a', 301)}", "{}")).Status);
        Assert.Empty(door.Grains.Keys);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_of_a_mebibyte_is_heard_and_a_larger_one_is_not_whether_it_says_its_length_or_not(bool chunked)
    {
        await using var door = await Door.Open();
        var (right, huge) = (new string(' ', 1 << 20), new string(' ', (1 << 20) + 1));
        Assert.Equal(204, (await Call(door, Path, right, chunked)).Status);
        var answer = await Call(door, Path, huge, chunked);
        Assert.Equal((413, "body_too_large"), (answer.Status, (string)answer.Json["code"]!));
        Assert.Equal(right, Assert.Single(door.Grains.Provider.Heard).Body);
    }

    [Fact]
    public async Task What_is_not_utf8_is_unreadable_and_heard_by_no_grain()
    {
        await using var door = await Door.Open();
        using var content = new ByteArrayContent([0xC3, 0x28]);
        Assert.Equal("callback_unreadable", (string)(await door.Send(HttpMethod.Post, Path, content)).Json["code"]!);
        Assert.Empty(door.Grains.Provider.Heard);
    }

    [Fact]
    public async Task A_grain_that_does_not_answer_is_said_so_that_the_provider_calls_again()
    {
        await using var door = await Door.Open();
        door.Grains.Provider.Trouble = new TimeoutException("secret inner text");
        var answer = await Call(door, Path, "{}");
        Assert.Equal((503, "unavailable"), (answer.Status, (string)answer.Json["code"]!));
        Assert.DoesNotContain("secret", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_key_of_ours_is_asked_for_and_no_other_method_is_taken()
    {
        await using var door = await Door.Open();
        door.Keys.Make("bot");
        Assert.Equal(204, (await Call(door, Path, "{}")).Status);
        Assert.Equal(401, (await door.Get(Path)).Status); // Of another method nothing is open.
    }

    [Fact]
    public async Task No_log_has_an_address_that_was_given_out()
    {
        await using var door = await Door.Open();
        door.Grains.Provider.Verdict = CallbackVerdict.NotSigned;
        await Call(door, Path, "{\"prompt\":\"red boat\"}");
        Assert.DoesNotContain(door.Log.Where(line => line.StartsWith("VideoGen.", StringComparison.Ordinal)), line => line.Contains("proof", StringComparison.Ordinal) || line.Contains("red boat", StringComparison.Ordinal));
    }

    private static Task<Answer> Call(Door door, string path, string body, params (string Name, string Value)[] headers) => Call(door, path, body, chunked: false, headers);

    private static async Task<Answer> Call(Door door, string path, string body, bool chunked, params (string Name, string Value)[] headers)
    {
        using HttpContent content = chunked ? new Chunks(body) : new StringContent(body, Encoding.UTF8, "application/json");
        return await door.Send(HttpMethod.Post, path, content, headers);
    }

    private sealed class Chunks(string body) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context) => await stream.WriteAsync(Encoding.UTF8.GetBytes(body));

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
