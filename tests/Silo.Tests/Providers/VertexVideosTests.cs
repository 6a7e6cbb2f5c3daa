using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Requests;
using VideoGen.Silo.Media;
using VideoGen.Silo.Providers.VertexVeo;
using VideoGen.Silo.Tests.Media;

namespace VideoGen.Silo.Tests.Providers;

/// <summary>Veo on Vertex AI: an operation, a video in a bucket of ours under a path of its own, and a submit without an answer that is found by that path alone.</summary>
public sealed class VertexVideosTests(FakeProvider fake) : IClassFixture<FakeProvider>, IAsyncLifetime
{
    private const string Nobodys = """{"error":{"code":404,"message":"The operation was not found.","status":"NOT_FOUND"}}""";

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await fake.Faults();
        await fake.Style(new { });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_video_is_fetched_and_deleted_under_either_name_that_it_may_have(bool namesByOperation)
    {
        await fake.Style(new { NamesByOperation = namesByOperation });
        using var account = Account.Vertex(fake.Address);
        var mark = Account.NewMark();

        var job = await Made(account, mark);

        var made = Assert.Single(fake.Made(mark)).GetProperty("made");
        Assert.Equal(($"a-bucket/videos/{mark}/", "16:9 720p", "1", "sora-2"), (made.GetProperty("mark").GetString(), made.GetProperty("size").GetString(), made.GetProperty("seconds").GetString(), made.GetProperty("model").GetString()));
        Assert.StartsWith($"{mark}/projects/p/locations/l/publishers/google/models/sora-2/operations/vertex_", job, StringComparison.Ordinal);
        Assert.Equal(await Samples.Video, await Opened(account, job));
        Assert.Equal(await Samples.Video, await Opened(account, mark)); // By its place alone.

        for (var i = 0; i < 2; i++) Assert.IsType<DiscardReply.Discarded>(await account.Provider.Discard(job, CancellationToken.None));
        Assert.IsType<SourceReply.Gone>(await account.Source.Open(job, CancellationToken.None));
        Assert.IsType<SourceReply.Gone>(await account.Source.Open(mark, CancellationToken.None));
        Assert.Single(fake.Log, line => FakeProvider.Text(line, "what") == "delete" && FakeProvider.Text(line, "decided") == "removed" && FakeProvider.Text(line, "job_id") == job.Split('/')[^1]);
    }

    [Fact]
    public async Task Without_a_bucket_the_video_comes_with_the_answer_and_nothing_can_be_found()
    {
        using var account = Account.Vertex(fake.Address, ("StorageUri", ""));
        var mark = Account.NewMark();

        var job = await Made(account, mark);

        Assert.Equal(await Samples.Video, await Opened(account, job));
        Assert.Equal((Resolution.None, Listing.None, false), (account.Provider.Traits.Resolution, account.Provider.Traits.Listing, account.Provider.Traits.KeepsOriginal));
        Assert.Equal("no_lookup", Assert.IsType<FindReply.Trouble>(await Find(account, mark)).Failure.Code);
        Assert.IsType<ListReply.Trouble>(await List(account));
    }

    [Fact]
    public async Task A_lost_submit_is_found_by_where_its_video_is_and_never_before_it_is_there()
    {
        using var account = Account.Vertex(fake.Address);
        var (order, running) = (Account.Order(Account.NewMark(), "A lost boat fault:reset+job"), Account.Order(Account.NewMark(), "A lost boat takes:3600000 fault:reset+job"));
        Assert.IsType<SubmitReply.Unknown>(await account.Submit(order));
        Assert.IsType<SubmitReply.Unknown>(await account.Submit(running));

        var found = await Eventually.Get("its video is there", async () => await Find(account, order.ProviderKey) as FindReply.Found);

        Assert.Equal(order.ProviderKey, found.JobId);
        Assert.IsType<CheckReply.Finished>(await account.Provider.Check(found.JobId, CancellationToken.None));
        Assert.Equal(await Samples.Video, await Opened(account, found.JobId));
        Assert.IsType<FindReply.Nothing>(await Find(account, running.ProviderKey));
        Assert.Equal((1, 1), (fake.Posts(order.ProviderKey), fake.Posts(running.ProviderKey)));
        Assert.Equal((Resolution.Output, Listing.Outputs), (account.Provider.Traits.Resolution, account.Provider.Traits.Listing));
    }

    [Fact]
    public async Task A_look_into_the_bucket_that_does_not_work_finds_nothing_and_proves_nothing()
    {
        using var account = Account.Vertex(fake.Address);
        var mark = Account.NewMark();
        foreach (var fault in (Fault[])
        [
            new("list", "answer", Status: 404, Body: """{"error":{"code":404,"message":"The specified bucket does not exist."}}"""), new("list", "answer", Status: 403), new("list", "answer", Status: 503),
            new("list", "garbage"), new("list", "reset"), new("list", "half"), new("list", "answer", Status: 200, Body: "{}"), new("list", "answer", Status: 200, Body: "[]"),
        ])
        {
            await fake.Faults(fault);
            Assert.IsType<FindReply.Trouble>(await Find(account, mark));
        }

        Assert.IsType<FindReply.Nothing>(await Find(account, mark));
    }

    [Fact]
    public async Task The_list_has_all_pages_and_what_lies_under_no_key_is_somebody_elses()
    {
        using var account = Account.Vertex(fake.Address);
        static string Page(string items, string next) => $$"""{"kind":"storage#objects","items":[{{items}}]{{next}}}""";
        static string Item(string name, string at) => $$"""{"name":"{{name}}","timeCreated":"{{at}}"}""";
        await fake.Faults(
            new Fault("list", "answer", Status: 200, Body: Page(Item("videos/m-1.1/1/sample_0.mp4", "2026-11-21T12:00:00.123Z") + "," + Item("videos/m-1.1/1/sample_1.mp4", "2026-11-21T11:59:00Z"), ",\"nextPageToken\":\"n\"")),
            new Fault("list", "answer", Status: 200, Body: Page(Item("videos/stranger.mp4", "2026-11-21T12:00:00Z") + "," + Item("videos/old/1.mp4", "2026-11-19T12:00:00Z") + "," + Item("videos/notes.txt", "2026-11-21T12:00:00Z"), "")));

        var listed = Assert.IsType<ListReply.Listed>(await account.Provider.List(At("2026-11-20T12:00:00Z"), At("2026-11-21T13:00:00Z"), CancellationToken.None)).Jobs;

        Assert.Equal([new("m-1.1", "m-1.1", At("2026-11-21T11:59:00Z")), new("videos/stranger.mp4", null, At("2026-11-21T12:00:00Z"))], listed);
        await fake.Faults(new Fault("list", "answer", Status: 200, Body: Page("", ",\"nextPageToken\":\"n\"")), new Fault("list", "answer", Status: 503));
        Assert.IsType<ListReply.Trouble>(await List(account)); // The second page is missing.
    }

    [Theory]
    [InlineData("unknown", Charged.Unknown)]
    [InlineData("free", Charged.No)]
    [InlineData("charged", Charged.Yes)]
    public async Task What_the_filters_hold_back_is_rejected_in_plain_words_and_costs_what_was_configured(string configured, Charged charged)
    {
        using var account = Account.Vertex(fake.Address, ("UnfinishedJobs", configured));
        var filtered = await account.Accepted(Account.Order(Account.NewMark(), "A red boat ending:rejected"));
        var broken = await account.Accepted(Account.Order(Account.NewMark(), "A red boat ending:failed"));

        var rejected = await Eventually.Get("it ends", async () => await account.Provider.Check(filtered, CancellationToken.None) as CheckReply.Failed);
        var failed = await Eventually.Get("it ends", async () => await account.Provider.Check(broken, CancellationToken.None) as CheckReply.Failed);

        Assert.Equal((FailureKind.Rejected, charged), (rejected.Failure.Kind, rejected.Charged));
        Assert.Equal("The provider's content policy rejected the video: its filters found a child and violence in it, or in what was asked for.", rejected.Failure.Detail);
        Assert.Equal((FailureKind.Unavailable, "13", charged), (failed.Failure.Kind, failed.Failure.Code, failed.Charged));
    }

    [Theory]
    [InlineData("""{"done":true,"response":{"raiMediaFilteredCount":1,"raiMediaFilteredReasons":["A reason without a code."]}}""", "The provider's content policy rejected the video.")]
    [InlineData("""{"done":true,"response":{"raiMediaFilteredCount":"2"}}""", "The provider's content policy rejected the video.")]
    [InlineData("""{"done":true,"error":{"code":3,"message":"The prompt might violate our policies. Support codes: 90789179"}}""", "something sexual")]
    [InlineData("""{"done":true,"error":{"code":3,"message":"Unsupported aspect ratio."}}""", "could not make")]
    [InlineData("""{"done":true,"response":{}}""", "could not make")]
    [InlineData("""{"done":true}""", "could not make")]
    public async Task An_operation_that_is_over_without_a_video_says_why(string operation, string detail)
    {
        using var account = Account.Vertex(fake.Address);
        var job = await account.Accepted(Account.Order(Account.NewMark(), "A long boat takes:3600000"));
        await fake.Faults(new Fault("check", "answer", Status: 200, Body: Named(job, operation)));

        Assert.Contains(detail, Assert.IsType<CheckReply.Failed>(await account.Provider.Check(job, CancellationToken.None)).Failure.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"done":true,"response":{"raiMediaFilteredCount":1,"raiMediaFilteredReasons":["Support codes: 17301594"],"videos":[{"gcsUri":"gs://a-bucket/videos/MARK/1/sample_0.mp4"}]}}""")]
    [InlineData("""{"done":true,"response":{"videos":[{"bytesBase64Encoded":"AAAA"}]}}""")]
    public async Task Where_only_some_of_it_was_held_back_the_rest_is_a_video(string operation)
    {
        using var account = Account.Vertex(fake.Address);
        var mark = Account.NewMark();
        var job = await account.Accepted(Account.Order(mark, "A long boat takes:3600000"));
        await fake.Faults(new Fault("check", "answer", Status: 200, Body: Named(job, operation.Replace("MARK", mark, StringComparison.Ordinal))));

        Assert.IsType<CheckReply.Finished>(await account.Provider.Check(job, CancellationToken.None));
    }

    [Fact]
    public async Task A_video_that_is_there_was_made_whatever_becomes_of_its_operation()
    {
        using var account = Account.Vertex(fake.Address);
        var (mark, nothing) = (Account.NewMark(), Account.NewMark());
        var job = await Made(account, mark);
        var running = await account.Accepted(Account.Order(nothing, "A long boat takes:3600000"));

        foreach (var (body, status) in new[] { (Nobodys, 404), (Named(job, """{"done":true,"error":{"code":13}}"""), 200) })
        {
            await fake.Faults(new Fault("check", "answer", Status: status, Body: body, Times: 2));
            Assert.IsType<CheckReply.Finished>(await account.Provider.Check(job, CancellationToken.None));
            Assert.Equal(await Samples.Video, await Opened(account, job));
        }

        await fake.Faults(new Fault("check", "answer", Status: 404, Body: Nobodys));
        Assert.Equal("no_such_job", Assert.IsType<CheckReply.Trouble>(await account.Provider.Check(running, CancellationToken.None)).Failure.Code);
        await fake.Faults(new Fault("check", "answer", Status: 404));
        Assert.NotEqual("no_such_job", Assert.IsType<CheckReply.Trouble>(await account.Provider.Check(running, CancellationToken.None)).Failure.Code);
        await fake.Faults(new Fault("check", "answer", Status: 200, Body: Named(job, """{"done":true,"response":{}}""")));
        Assert.IsType<CheckReply.Trouble>(await account.Provider.Check(running, CancellationToken.None)); // Of another operation.
    }

    [Theory]
    [InlineData("gs://another-bucket/videos/MARK/1.mp4")]
    [InlineData("gs://a-bucket/videos/another-mark/1.mp4")]
    [InlineData("https://storage.googleapis.com/a-bucket/videos/MARK/1.mp4")]
    public async Task A_video_that_is_not_where_it_was_to_be_put_is_not_fetched(string place)
    {
        using var account = Account.Vertex(fake.Address);
        var mark = Account.NewMark();
        var job = await account.Accepted(Account.Order(mark, "A long boat takes:3600000"));
        await fake.Faults(new Fault("check", "answer", Status: 200, Body: Named(job, $$$"""{"done":true,"response":{"videos":[{"gcsUri":"{{{place.Replace("MARK", mark, StringComparison.Ordinal)}}}"}]}}""")));

        Assert.Equal("no_url", Assert.IsType<SourceReply.Trouble>(await account.Source.Open(job, CancellationToken.None)).Failure.Code);
    }

    [Fact]
    public async Task A_service_accounts_key_is_exchanged_for_a_token_once_for_many_calls()
    {
        using var folder = new TestFolder();
        var owner = Account.NewKey();
        using var account = Account.Vertex(fake.Address, ("ApiKeyFile", await KeyFile(folder, owner)));

        var job = await Made(account, Account.NewMark());

        Assert.Equal(await Samples.Video, await Opened(account, job));
        Assert.Equal(owner, fake.Log.Single(line => FakeProvider.Text(line, "job_id") == job.Split('/')[^1] && line.TryGetProperty("made", out _)).GetProperty("made").GetProperty("owner").GetString());
        Assert.Single(fake.Log, line => FakeProvider.Text(line, "what") == "token");
    }

    [Fact]
    public async Task Without_a_token_nothing_is_sent()
    {
        using var folder = new TestFolder();
        var mark = Account.NewMark();
        using var account = Account.Vertex(fake.Address, ("ApiKeyFile", await KeyFile(folder, Account.NewKey(), isForged: true)));

        var failure = Assert.IsType<SubmitReply.NotSent>(await account.Submit(Account.Order(mark))).Failure;

        Assert.Equal((FailureKind.Unavailable, "no_token"), (failure.Kind, failure.Code));
        Assert.Equal(0, fake.Posts(mark));
        Assert.IsType<CheckReply.Trouble>(await account.Provider.Check(mark, CancellationToken.None));
        Assert.IsType<FindReply.Trouble>(await Find(account, mark));
        Assert.IsType<ListReply.Trouble>(await List(account));
    }

    [Theory]
    [InlineData("1000x500", "test1-v-a-1.1", "invalid_size")]
    [InlineData("320x320", "test1-v-a-1.1", "invalid_size")]
    [InlineData("320x180", "a/b", "bad_key")]
    [InlineData("320x180", "..", "bad_key")]
    public async Task What_it_does_not_make_is_refused_before_anything_is_sent(string size, string mark, string code)
    {
        using var account = Account.Vertex(fake.Address);

        var failure = Assert.IsType<SubmitReply.NoJob>(await account.Submit(Account.Order(mark, size: size))).Failure;

        Assert.Equal((FailureKind.Refused, code), (failure.Kind, failure.Code));
        Assert.Equal(0, fake.Posts(mark));
    }

    [Fact]
    public async Task A_picture_goes_with_the_submit()
    {
        using var account = Account.Vertex(fake.Address);
        using var picture = new MemoryStream(new byte[70_000]);
        var input = await account.Inputs.Save(picture, "image/png", CancellationToken.None);
        var mark = Account.NewMark();

        await account.Accepted(Account.Order(mark, size: "1080x1920") with { Input = input });

        var made = Assert.Single(fake.Made(mark)).GetProperty("made");
        Assert.Equal((true, "9:16 1080p"), (made.GetProperty("has_picture").GetBoolean(), made.GetProperty("size").GetString()));
    }

    [Theory]
    [InlineData("mark", true, null)]
    [InlineData("mark/projects/p/locations/l/publishers/google/models/m/operations/1-2", true, "projects/p/locations/l/publishers/google/models/m")]
    [InlineData("mark/projects/p/../operations/1", false, null)]
    [InlineData("mark/projects//operations/1", false, null)]
    [InlineData("mark/operations/1", false, null)]
    [InlineData("mark/projects/p?x/operations/1", false, null)]
    [InlineData("a b", false, null)]
    [InlineData("..", false, null)]
    [InlineData("", false, null)]
    public void A_jobs_name_is_where_its_video_is_put_and_its_operation(string text, bool isOne, string? resource)
    {
        var id = VertexJobId.Parse(text);

        Assert.Equal(isOne ? text : null, id?.ToString());
        Assert.Equal(resource, id?.Resource);
    }

    private static string Named(string job, string operation) => $$"""{"name":"{{job[(job.IndexOf('/', StringComparison.Ordinal) + 1)..]}}",{{operation[1..]}}""";

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private static async Task<string> Made(Account account, string mark)
    {
        var job = await account.Accepted(Account.Order(mark));
        await Eventually.Get("it ends", async () => await account.Provider.Check(job, CancellationToken.None) as CheckReply.Finished);
        return job;
    }

    private static async Task<byte[]> Opened(Account account, string job)
    {
        await using var video = Assert.IsType<SourceReply.Opened>(await account.Source.Open(job, CancellationToken.None)).Video;
        using var bytes = new MemoryStream();
        await video.CopyToAsync(bytes);
        return bytes.ToArray();
    }

    private static Task<FindReply> Find(Account account, string key) =>
        account.Provider.Find(new(key, "A lost boat", new("sora-2", "320x180", 1), DateTimeOffset.UnixEpoch, TimeProvider.System.GetUtcNow()), CancellationToken.None);

    private static Task<ListReply> List(Account account) => account.Provider.List(DateTimeOffset.UnixEpoch, TimeProvider.System.GetUtcNow(), CancellationToken.None);

    // The provider looks at signatures: the key's id is its public half.
    private async Task<string> KeyFile(TestFolder folder, string owner, bool isForged = false)
    {
        using var key = RSA.Create(2048);
        using var other = RSA.Create(2048);
        var file = Path.Combine(folder.Root, "key.json");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new
        {
            type = "service_account", project_id = "p", private_key_id = Base64Url.EncodeToString((isForged ? other : key).ExportSubjectPublicKeyInfo()),
            private_key = key.ExportPkcs8PrivateKeyPem(), client_email = $"{owner}@p.iam.gserviceaccount.com", token_uri = $"{fake.Address}/token",
        }));
        return file;
    }
}
