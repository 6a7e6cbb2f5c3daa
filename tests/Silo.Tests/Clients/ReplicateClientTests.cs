using System.Text.Json;
using VideoGen.Silo.Tests.Providers;

namespace VideoGen.Silo.Tests.Clients;

/// <summary>The vendor's own client against the fake that our adapter is tested with: so the fake speaks as Replicate does, and signs as it does.</summary>
public sealed class ReplicateClientTests(FakeProvider fake) : IClassFixture<FakeProvider>
{
    [Fact]
    public async Task The_vendors_client_creates_polls_runs_and_lists()
    {
        var told = await Tell("everything");
        var (created, polled) = (told.GetProperty("created"), told.GetProperty("polled"));
        Assert.Equal(("processing", "succeeded", "api"), (Text(created, "status"), Text(polled, "status"), Text(polled, "source")));
        Assert.Equal("""{"prompt":"A small red boat","duration":4}""", polled.GetProperty("input").GetRawText());
        Assert.Equal("ftyp", Text(told, "head"));
        Assert.EndsWith(".mp4", Assert.Single(told.GetProperty("run").EnumerateArray()).GetString(), StringComparison.Ordinal);
        Assert.Contains(Text(created, "id"), told.GetProperty("listed").EnumerateArray().Select(id => id.GetString()));
    }

    [Fact]
    public async Task It_creates_one_of_a_version() => Assert.Equal("processing", Text(await Tell("version"), "status"));

    [Fact]
    public async Task It_understands_what_goes_wrong()
    {
        var told = await Tell("failure");
        Assert.Equal("failed", Text(told.GetProperty("rejected"), "status"));
        Assert.Contains("(E005)", Text(told.GetProperty("rejected"), "error"), StringComparison.Ordinal);
        Assert.Equal("""{"kind":"ApiError","status":422}""", told.GetProperty("nothing").GetRawText());
        Assert.Equal("""{"kind":"ApiError","status":422}""", told.GetProperty("policy").GetRawText());
    }

    [Fact]
    public async Task It_cancels()
    {
        var told = await Tell("cancel");
        Assert.Equal(("processing", "canceled", "canceled"), (Text(told.GetProperty("created"), "status"), Text(told.GetProperty("cancelled"), "status"), Text(told.GetProperty("after"), "status")));
    }

    [Fact]
    public async Task It_takes_the_calls_for_signed()
    {
        var told = await Tell("webhook");
        Assert.Equal(("/here?and=there", true, false), (Text(told, "path"), told.GetProperty("valid").GetBoolean(), told.GetProperty("other").GetBoolean()));
        Assert.Equal((Text(told.GetProperty("created"), "id"), "succeeded"), (Text(told.GetProperty("called"), "id"), Text(told.GetProperty("called"), "status")));
    }

    private Task<JsonElement> Tell(string story) => NodeClient.Replicate.Tell(new(fake.Address), story);

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
