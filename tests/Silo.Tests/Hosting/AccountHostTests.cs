using System.Security.Cryptography;
using System.Text.Json;
using VideoGen.Requests;
using VideoGen.Silo.Tests.Media;
using VideoGen.Silo.Tests.Providers;

namespace VideoGen.Silo.Tests.Hosting;

/// <summary>The real host with accounts at a real HTTP provider: videos get through, and a submit whose answer is lost is sent once and no more.</summary>
public sealed class AccountHostTests(FakeProvider fake) : OnHostFolder, IClassFixture<FakeProvider>
{
    private static readonly string[] Models = ["none", "list", "kling", "replicate", "vertex"];

    // Where no answer is lost, one that is late on a busy machine is none that is lost either.
    private static readonly (string, string)[] Patient = [("Requests__SubmitTimeout", "00:00:30"), ("Requests__ResolveFor", "00:01:00")];

    private readonly string key = Account.NewKey();

    [Fact]
    public async Task A_video_of_each_account_is_made_with_one_submit_pictured_and_served_and_a_rejected_one_says_so()
    {
        await using var host = await Start([.. Settings, .. Patient]);
        var video = Convert.ToHexStringLower(SHA256.HashData(await Samples.Video));
        var ids = await Task.WhenAll(Models.Select(model => Asked(host, model, "A small red boat takes:8000")));

        await Task.WhenAll(ids.Select(id => Eventually.Get($"{id} is in progress", async () => (await Get(host, id)).GetProperty("status").GetString() is "in_progress" ? "yes" : null)));
        foreach (var id in ids)
        {
            var ended = await host.Ended(id);
            Assert.True(ended.GetProperty("status").GetString() == "completed", ended.ToString());
            Assert.Equal(video, Convert.ToHexStringLower(SHA256.HashData(await host.Http.GetByteArrayAsync(new Uri($"/v1/videos/{id}/content", UriKind.Relative)))));
            using (var picture = await host.Http.GetAsync(new Uri($"/v1/videos/{id}/content?variant=thumbnail", UriKind.Relative))) Assert.Equal("image/webp", picture.Content.Headers.ContentType?.MediaType);
            Assert.Equal(1, Posts(id));
        }

        foreach (var id in await Task.WhenAll(Models.Select(model => Asked(host, model, "A boat that no policy allows ending:rejected"))))
        {
            var ended = await host.Ended(id);
            Assert.Equal(("failed", "content_policy_violation"), (ended.GetProperty("status").GetString(), ended.GetProperty("error").GetProperty("code").GetString()));
            Assert.Equal(1, Posts(id));
        }

        // Where the provider's copy is ours to delete, it is deleted.
        await Eventually.Holds("three copies are deleted", () => fake.Log.Count(line => FakeProvider.Text(line, "what") == "delete" && FakeProvider.Text(line, "decided") is "deleted" or "removed") == 3);
        Assert.Equal(0, await host.Stop());
        ToldNobody(host);
    }

    [Fact]
    public async Task A_video_in_a_bucket_has_its_pictures_and_one_that_the_filters_hold_back_says_what_they_found()
    {
        await using var host = await Start([.. Settings, .. Patient, ("Providers__Accounts__vertex__UnfinishedJobs", "free")]);
        var (made, filtered) = (await Asked(host, "vertex", "A small red boat"), await Asked(host, "vertex", "A small red boat ending:rejected"));

        Assert.Equal("completed", (await host.Ended(made)).GetProperty("status").GetString());
        using (var picture = await host.Http.GetAsync(new Uri($"/v1/videos/{made}/content?variant=thumbnail", UriKind.Relative))) Assert.Equal("image/webp", picture.Content.Headers.ContentType?.MediaType);

        var error = (await host.Ended(filtered)).GetProperty("error");
        Assert.Equal("content_policy_violation", error.GetProperty("code").GetString());
        Assert.Contains("its filters found a child and violence", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal("no", (await Get(host, filtered)).GetProperty("charged").GetString());
        Assert.Equal((1, 1), (Posts(made), Posts(filtered)));
        Assert.Equal(0, await host.Stop());
        ToldNobody(host);
    }

    [Fact]
    public async Task A_submit_whose_answer_is_lost_is_sent_once_and_found_or_left_to_a_person()
    {
        string[] faults = ["fault:reset", "fault:silence", "fault:answer:503"];
        await using var host = await Start(Settings);
        var asks = Models.SelectMany(_ => faults.SelectMany(fault => (string[])[$"A small red boat {fault}+job", $"A small red boat {fault}"]), (model, prompt) => (model, prompt)).ToList();
        var ids = await Task.WhenAll(asks.Select(ask => Asked(host, ask.model, ask.prompt)));
        var endings = await Task.WhenAll(ids.Select(host.Ended));

        foreach (var ((model, prompt), id, ended) in asks.Zip(ids, endings))
        {
            var found = model != "none" && prompt.EndsWith("+job", StringComparison.Ordinal);
            var (status, charged) = (ended.GetProperty("status").GetString(), ended.GetProperty("charged").GetString());
            Assert.True((status, charged) == (found ? ("completed", "yes") : ("failed", "unknown")), $"{model}, {prompt}: {ended}");
            if (!found) Assert.Equal("dead_lettered", ended.GetProperty("error").GetProperty("code").GetString());
            Assert.Equal(1, Posts(id));

            // The prompt is held: asking again is the same video, and no submit.
            Assert.Equal(id, await Asked(host, model, prompt));
            Assert.Equal(1, Posts(id));
        }

        Assert.Equal(asks.Count / 2, fake.Log.Count(line => line.TryGetProperty("made", out var made) && made.GetProperty("owner").GetString() == key));
        Assert.Equal(0, await host.Stop());
        ToldNobody(host);
    }

    [Fact]
    public async Task An_account_that_is_not_let_in_is_said_before_anybody_waits_for_it()
    {
        const string Wrong = "sk-wrong";
        await using var host = await Start(
        [
            .. Settings,
            .. At("farm", "openai_videos", $"{fake.Address}/v1", Wrong), .. At("cling", "kling", fake.Address, Wrong), ("Providers__Accounts__cling__AccessKey", "ak"),
            .. At("copy", "replicate", $"{fake.Address}/v1", Wrong), .. At("vortex", "vertex_veo", $"{fake.Address}/v1/projects/p/locations/l", Wrong),
            ("Providers__Accounts__vortex__StorageUri", "gs://a-bucket/videos"), ("Providers__Accounts__vortex__StorageUrl", fake.Address),
            .. At("gone", "openai_videos", "http://127.0.0.1:1/v1", Wrong),
        ]);

        var line = await Eventually.Get("the accounts were asked", async () => await Line(host) is { } said && said.Contains("gone", StringComparison.Ordinal) ? said : null);
        const string NotLetIn = "The provider does not let this account in (401): check its key.";
        Assert.Equal($"cling: {NotLetIn} copy: {NotLetIn} farm: {NotLetIn} gone: The provider could not be reached. vortex: {NotLetIn}", line);
        Assert.Equal("completed", (await host.Ended(await Asked(host, "none", "A small red boat"))).GetProperty("status").GetString());
        Assert.Equal(0, await host.Stop());
    }

    // Ready all the same: other accounts make videos.
    private static async Task<string?> Line(RunningHost host)
    {
        var ready = JsonDocument.Parse(await host.Http.GetStringAsync(new Uri("/health/ready", UriKind.Relative))).RootElement;
        Assert.True(ready.GetProperty("ready").GetBoolean(), ready.ToString());
        return ready.GetProperty("checks").EnumerateArray().Single(check => check.GetProperty("name").GetString() == "accounts").GetProperty("what_to_do").GetString();
    }

    private static (string, string)[] At(string account, string type, string address, string key) =>
        [($"Providers__Accounts__{account}__Type", type), ($"Providers__Accounts__{account}__BaseUrl", address), ($"Providers__Accounts__{account}__ApiKey", key)];

    private (string, string)[] Settings =>
    [
        ("Quotas__Cooldown", "00:00:00"), ("Quotas__VideosPerDay", "100"), ("Requests__ResolveFor", "00:00:05"), ("SpendBreaker__SubmitsPerMinute", "100"),
        .. Models.SelectMany(model => fake.Account(model, key)),
        ("Catalogue__DefaultModel", "none"),
    ];

    // Each for a user of its own: the same words for another model would be a question.
    private static async Task<string> Asked(RunningHost host, string model, string prompt)
    {
        var (answer, body) = await host.Ask(new { prompt, model, user = model });
        using (answer) Assert.True(answer.IsSuccessStatusCode, body.ToString());
        return body.GetProperty("id").GetString()!;
    }

    private static async Task<JsonElement> Get(RunningHost host, string id) =>
        JsonDocument.Parse(await host.Http.GetStringAsync(new Uri($"/v1/videos/{id}", UriKind.Relative))).RootElement;

    private int Posts(string id)
    {
        Assert.True(VideoId.TryParse(id, out var video));
        return fake.Log.Count(line => FakeProvider.Text(line, "what") == "arrived" && FakeProvider.Text(line, "method") == "POST"
            && FakeProvider.Text(line, "mark")?.Contains(video.RequestKey, StringComparison.Ordinal) is true);
    }

    private void ToldNobody(RunningHost host)
    {
        Assert.DoesNotContain(host.Output, line => line.Contains(key, StringComparison.Ordinal) || line.Contains("red boat", StringComparison.Ordinal));
        Assert.DoesNotContain(key, host.Errors, StringComparison.Ordinal);
    }
}
