using System.Text.Json;
using VideoGen.Silo.Tests.Providers;

namespace VideoGen.Silo.Tests.Clients;

/// <summary>Google's own client against the provider that tests use in its place: where it understands that, the tests' provider speaks as Vertex AI does.</summary>
public sealed class GoogleClientTests(FakeProvider fake) : IClassFixture<FakeProvider>
{
    [Fact]
    public async Task Googles_client_creates_polls_and_reads_what_was_made_held_back_failed_and_refused()
    {
        var bucket = await Tell("bucket");
        Assert.Matches("^projects/p/locations/l/publishers/google/models/veo-3.1-generate-001/operations/vertex_[0-9]+$", bucket.GetProperty("name").GetString());
        Assert.Equal((false, true), (bucket.GetProperty("doneAtFirst").GetBoolean(), bucket.GetProperty("done").GetBoolean()));
        var video = bucket.GetProperty("response").GetProperty("generatedVideos")[0].GetProperty("video");
        Assert.Matches("^gs://a-bucket/folder/client/[0-9]+/sample_0.mp4$", video.GetProperty("uri").GetString());
        Assert.Equal("video/mp4", video.GetProperty("mimeType").GetString());

        var inline = (await Tell("inline")).GetProperty("response").GetProperty("generatedVideos")[0].GetProperty("video").GetProperty("videoBytes").GetBytesFromBase64();
        Assert.Equal("ftyp"u8.ToArray(), inline[4..8]);

        var filtered = (await Tell("filtered")).GetProperty("response");
        Assert.Equal(1, filtered.GetProperty("raiMediaFilteredCount").GetInt32());
        Assert.Contains("Support codes: 17301594", filtered.GetProperty("raiMediaFilteredReasons")[0].GetString(), StringComparison.Ordinal);
        Assert.False(filtered.TryGetProperty("generatedVideos", out _));

        Assert.Equal(13, (await Tell("failed")).GetProperty("error").GetProperty("code").GetInt32());

        var refused = await Tell("refused");
        Assert.Equal(("ApiError", 400), (refused.GetProperty("kind").GetString(), refused.GetProperty("status").GetInt32()));
        Assert.Contains("INVALID_ARGUMENT", refused.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    private Task<JsonElement> Tell(string story) => NodeClient.Google.Tell(new(fake.Address), story, Account.NewKey());
}
