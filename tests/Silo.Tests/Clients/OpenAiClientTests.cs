using System.Text.Json;
using VideoGen.Silo.Tests.Providers;

namespace VideoGen.Silo.Tests.Clients;

/// <summary>The vendor's own client against the fake that our adapter is tested with: so the fake speaks as OpenAI's service did.</summary>
public sealed class OpenAiClientTests(FakeProvider fake) : IClassFixture<FakeProvider>
{
    [Fact]
    public async Task The_vendors_client_creates_polls_downloads_lists_and_deletes_and_understands_what_goes_wrong()
    {
        var told = await NodeClient.OpenAi(6).Tell(new(fake.Address), "provider");
        var (created, video) = (told.GetProperty("created"), told.GetProperty("video"));
        Assert.Equal(("completed", "sora-2", "1280x720", "4"), (Text(video, "status"), Text(video, "model"), Text(video, "size"), Text(video, "seconds")));
        Assert.Equal((Text(created, "id"), "ftyp"), (Text(video, "id"), Text(told, "head")));
        Assert.Contains(Text(created, "id"), told.GetProperty("listed").EnumerateArray().Select(id => id.GetString()));
        Assert.True(told.GetProperty("deleted").GetProperty("deleted").GetBoolean());
        Assert.Equal((true, "cancelled"), (told.GetProperty("stopped").GetProperty("deleted").GetBoolean(), Text(told, "after"))); // Deleting one that runs stops it.
        Assert.Equal(("failed", "moderation_blocked"), (Text(told.GetProperty("rejected"), "status"), Text(told.GetProperty("rejected").GetProperty("error"), "code")));
        Assert.Equal("""{"kind":"NotFoundError","status":404,"code":"not_found"}""", told.GetProperty("gone").GetRawText());
        Assert.Equal("""{"kind":"BadRequestError","status":400,"code":"moderation_blocked"}""", told.GetProperty("policy").GetRawText());
        Assert.StartsWith("""{"kind":"RateLimitError","status":429""", told.GetProperty("busy").GetRawText(), StringComparison.Ordinal);
        Assert.Equal("""{"kind":"AuthenticationError","status":401,"code":"invalid_api_key"}""", told.GetProperty("stranger").GetRawText());
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
