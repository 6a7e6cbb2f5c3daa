using System.ClientModel;
using System.Text.Json;
using OpenAI.Videos;
using VideoGen.Silo.Tests.Hosting;

namespace VideoGen.Silo.Tests.Clients;

/// <summary>
/// Programs that were written for the official service, with its own clients, against the real host. Those clients send a create again by
/// themselves, without any key, when its answer is lost.
/// </summary>
public sealed class OfficialClientTests : OnHostFolder
{
    private const string Create = """{"prompt":"One video, please","size":"320x180","seconds":"1"}""";

    [Theory]
    [InlineData(6)]
    [InlineData(7)]
    public async Task The_node_client_creates_retrieves_lists_downloads_remixes_and_deletes(int version)
    {
        await using var host = await Start();
        var told = await NodeClient.OpenAi(version).Tell(host.Http.BaseAddress!, "everything");
        var (video, remix) = (told.GetProperty("video"), told.GetProperty("remix"));
        Assert.Equal("completed", Text(video, "status"));
        Assert.Equal(("320x180", "1", "A calico cat playing a piano on stage"), (Text(video, "size"), Text(video, "seconds"), Text(video, "prompt")));
        Assert.Equal("ftyp", Text(told, "head"));
        Assert.Equal(("completed", Text(video, "id")), (Text(remix, "status"), Text(remix, "remixed_from_video_id")));
        Assert.Equal("completed", Text(told.GetProperty("other"), "status"));
        Assert.Equal([Text(told.GetProperty("other"), "id"), Text(remix, "id"), Text(video, "id")], told.GetProperty("listed").EnumerateArray().Select(id => id.GetString()));
        Assert.True(told.GetProperty("deleted").GetProperty("deleted").GetBoolean());
        Assert.Equal("""{"kind":"NotFoundError","status":404,"code":"video_not_found"}""", told.GetProperty("gone").GetRawText());
    }

    [Theory]
    [InlineData(6)]
    [InlineData(7)]
    public async Task What_the_node_client_sends_again_by_itself_is_one_video(int version)
    {
        await using var host = await Start();
        await using var line = await LossyLine.To(host.Http.BaseAddress!, answersToLose: 2);
        var id = Text(await NodeClient.OpenAi(version).Tell(line.Address, "create"), "id");
        Assert.Equal([0, 0, 200], line.Posts.Select(post => post.Status));
        Assert.Equal("completed", Text(await host.Ended(id), "status"));
        AssertOneSubmit(host);
    }

    [Theory]
    [InlineData(6)]
    [InlineData(7)]
    public async Task A_refusal_is_sent_once_by_the_node_client_and_is_an_error_that_it_understands(int version)
    {
        await using var host = await Start(("Providers__Local__UsdPerSecond", "0.5"));
        await using var line = await LossyLine.To(host.Http.BaseAddress!);
        await NodeClient.OpenAi(version).Tell(line.Address, "create");
        var refused = await NodeClient.OpenAi(version).Tell(line.Address, "refusal");
        Assert.Equal(("RateLimitError", 429, "cooldown"), (Text(refused, "kind"), refused.GetProperty("status").GetInt32(), Text(refused, "code")));
        var wrong = await NodeClient.OpenAi(version).Tell(line.Address, "wrong");
        Assert.Equal(("UnprocessableEntityError", "model_not_found", "model"), (Text(wrong, "kind"), Text(wrong, "code"), Text(wrong, "param")));
        Assert.Equal([200, 429, 422], line.Posts.Select(post => post.Status));
        await Providers.Eventually.Holds("the one that was accepted is submitted", () => host.ProviderLog.Any(entry => Text(entry, "what") == "submit"));
        AssertOneSubmit(host);
    }

    [Fact]
    public async Task What_the_dotnet_client_sends_again_by_itself_is_one_video_and_a_refusal_does_not_make_it_wait()
    {
        await using var host = await Start(("Providers__Local__UsdPerSecond", "0.5"));
        await using var line = await LossyLine.To(host.Http.BaseAddress!, answersToLose: 3);
        var client = new VideoClient(new ApiKeyCredential("none"), new VideoClientOptions { Endpoint = new(line.Address, "/v1") });

        var created = await client.CreateVideoAsync(BinaryContent.Create(BinaryData.FromString(Create)), "application/json");
        var id = Text(Json(created), "id");
        Assert.Equal([0, 0, 0, 200], line.Posts.Select(post => post.Status));
        await host.Ended(id);
        Assert.Equal("completed", Text(Json(await client.GetVideoAsync(id, new())), "status"));
        var content = (await client.DownloadVideoAsync(id, variant: null, options: null)).GetRawResponse().Content;
        Assert.Equal("ftyp"u8.ToArray(), content.ToArray()[4..8]);

        // This client sends a 429 again whatever it is told; it must not be told to sleep in between.
        var before = line.Posts.Count;
        var other = BinaryContent.Create(BinaryData.FromString(Create.Replace("One", "Another", StringComparison.Ordinal)));
        var refusal = await Assert.ThrowsAsync<ClientResultException>(() => client.CreateVideoAsync(other, "application/json"));
        Assert.Equal(429, refusal.Status);
        var posts = line.Posts.Skip(before).ToArray();
        Assert.InRange(posts.Length, 1, 4);
        Assert.InRange((posts[^1].At - posts[0].At).TotalSeconds, 0, 30);

        var listed = await client.GetVideosAsync(limit: 10, order: "desc", after: null, new()).GetRawPagesAsync().FirstAsync();
        Assert.Equal(id, Text(Json(listed).GetProperty("data")[0], "id"));
        Assert.True(Json(await client.DeleteVideoAsync(id, new())).GetProperty("deleted").GetBoolean());
        AssertOneSubmit(host);
    }

    private static void AssertOneSubmit(RunningHost host) => Assert.Single(host.ProviderLog, entry => Text(entry, "what") == "submit");

    private static JsonElement Json(ClientResult result) => JsonDocument.Parse(result.GetRawResponse().Content.ToString()).RootElement;

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
