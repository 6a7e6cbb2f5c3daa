using System.Text;
using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Requests;
using VideoGen.Silo.Media;
using VideoGen.Silo.Providers.Http;
using VideoGen.Silo.Providers.Kling;

namespace VideoGen.Silo.Tests.Providers;

/// <summary>Kling's protocol: a signed token, our own key with each submit, and neither cancel nor delete.</summary>
public sealed class KlingVideosTests(FakeProvider fake) : IClassFixture<FakeProvider>, IAsyncLifetime
{
    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await fake.Faults();
        await fake.Style(new { });
    }

    [Fact]
    public void A_token_is_signed_as_the_documentation_says() => Assert.Equal(
        // Signed by openssl: printf '%s' "$head.$claims" | openssl dgst -sha256 -hmac secret -binary | basenc --base64url
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJhY2Nlc3MiLCJleHAiOjE4MDAwMDE4MDAsIm5iZiI6MTc5OTk5OTk5NX0.LyXCt8EeSGK515wCFM_FfiXyp5VKfSPvmk1s71RDK8k",
        KlingToken.Sign("access", "secret", DateTimeOffset.FromUnixTimeSeconds(1_800_000_000)));

    [Fact]
    public async Task A_list_is_read_to_its_end_whatever_its_order_and_what_is_not_a_list_is_none()
    {
        static byte[] Page(int from, int count, Func<int, long> createdAt) => Encoding.UTF8.GetBytes(
            $$"""{"code":0,"data":[{{string.Join(',', Enumerable.Range(from, count).Select(i => $$"""{"task_id":"{{i}}","task_info":{"external_task_id":"m{{i}}"},"created_at":{{createdAt(i)}}}"""))}}]}""");

        var from = DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_000);
        foreach (var (order, pages) in new (Func<int, long>, int)[] { (i => 1_800_000_000_000 + i, 3), (i => 1_799_999_000_000 - i, 1), (i => 1_799_999_000_000 + i, 3) })
        {
            var (jobs, asked) = (new List<ListedJob>(), 0);
            var failure = await KlingList.Read("text2video", from, "list", (path, _) =>
            {
                Assert.EndsWith($"pageNum={++asked}&pageSize=500", path, StringComparison.Ordinal);
                return Task.FromResult<HttpOutcome>(new HttpOutcome.Answered(200, Page(asked * 500, asked == 3 ? 10 : 500, order), null));
            }, new KlingAnswers("text2video"), jobs, CancellationToken.None);

            Assert.Null(failure);
            Assert.Equal(pages, asked);
            Assert.Equal(order(0) >= 1_800_000_000_000 ? 1010 : 0, jobs.Count);
            Assert.All(jobs, job => Assert.Equal($"m{job.JobId.Split('/')[1]}", job.Mark));
        }

        foreach (var text in (string[])["<html>", "{}", """{"code":1102,"data":[]}""", """{"code":0,"data":{}}"""])
        {
            Assert.NotNull(await KlingList.Read("text2video", from, "list", (_, _) => Task.FromResult<HttpOutcome>(new HttpOutcome.Answered(200, Encoding.UTF8.GetBytes(text), null)), new KlingAnswers("text2video"), [], CancellationToken.None));
        }
    }

    [Fact]
    public async Task A_lost_submit_is_found_by_our_key()
    {
        using var account = Account.Kling(fake.Address);
        var order = Account.Order(Account.NewMark(), "A lost boat fault:reset+job");
        Assert.IsType<SubmitReply.Unknown>(await account.Submit(order));

        var found = Assert.IsType<FindReply.Found>(await Find(account, order.ProviderKey));

        Assert.Equal($"text2video/{Assert.Single(fake.Jobs(order.ProviderKey))}", found.JobId);
        Assert.IsType<FindReply.Nothing>(await Find(account, Account.NewMark()));
        Assert.Equal(Resolution.Lookup, account.Provider.Traits.Resolution);
    }

    [Fact]
    public async Task A_lost_submit_with_a_picture_is_found_too()
    {
        using var account = Account.Kling(fake.Address);
        using var picture = new MemoryStream(new byte[70_000]);
        var input = await account.Inputs.Save(picture, "image/png", CancellationToken.None);
        var order = Account.Order(Account.NewMark(), "A lost boat fault:reset+job") with { Input = input };
        Assert.IsType<SubmitReply.Unknown>(await account.Submit(order));

        var found = Assert.IsType<FindReply.Found>(await Find(account, order.ProviderKey));

        Assert.StartsWith("image2video/", found.JobId, StringComparison.Ordinal);
        Assert.IsNotType<CheckReply.Trouble>(await account.Provider.Check(found.JobId, CancellationToken.None));
    }

    [Fact]
    public async Task A_lookup_that_does_not_work_finds_nothing_and_proves_nothing()
    {
        using var account = Account.Kling(fake.Address);
        var order = Account.Order(Account.NewMark(), "A lost boat fault:reset+job");
        await account.Submit(order);
        foreach (var fault in (Fault[])[new("list", "answer", Status: 404), new("list", "answer", Status: 503), new("list", "garbage"), new("list", "reset")])
        {
            await fake.Faults(fault);
            Assert.IsType<FindReply.Trouble>(await Find(account, order.ProviderKey));
        }

        // Somebody else's job under our key's name.
        await fake.Faults(new Fault("list", "answer", Status: 200, Body: """{"code":0,"message":"SUCCEED","data":{"task_id":"1","task_status":"processing","task_info":{"external_task_id":"another"}}}"""));
        Assert.Equal("not_ours", Assert.IsType<FindReply.Trouble>(await Find(account, order.ProviderKey)).Failure.Code);
    }

    [Theory]
    [InlineData("1000x500", 100, "invalid_size")]
    [InlineData("320x180", 2501, "invalid_prompt")]
    public async Task What_it_does_not_make_is_refused_before_anything_is_sent(string size, int promptLength, string code)
    {
        using var account = Account.Kling(fake.Address);
        var mark = Account.NewMark();

        var failure = Assert.IsType<SubmitReply.NoJob>(await account.Submit(Account.Order(mark, new string('a', promptLength), size: size))).Failure;

        Assert.Equal((FailureKind.Refused, code), (failure.Kind, failure.Code));
        Assert.Equal(0, fake.Posts(mark));
    }

    [Fact]
    public async Task It_cannot_stop_a_job_and_removes_videos_itself()
    {
        using var account = Account.Kling(fake.Address);
        var job = await account.Accepted(Account.Order(Account.NewMark(), "A long boat takes:600000"));

        Assert.IsType<CancelReply.TooLate>(await account.Provider.Cancel(job, CancellationToken.None));
        Assert.False(account.Provider.Traits.KeepsOriginal);
        Assert.IsType<CheckReply.Running>(await account.Provider.Check(job, CancellationToken.None));
    }

    [Theory]
    [InlineData("http://127.0.0.2:1/video.mp4")]
    [InlineData("http://videos.example.com/video.mp4")]
    [InlineData("file:///etc/passwd")]
    [InlineData("https://user@videos.example.com/video.mp4")]
    public async Task A_video_at_a_place_that_is_not_the_providers_is_not_fetched(string url)
    {
        using var account = Account.Kling(fake.Address);
        await fake.Faults(new Fault("check", "answer", Status: 200, Body: $$$$"""{"code":0,"data":{"task_id":"1","task_status":"succeed","task_result":{"videos":[{"url":"{{{{url}}}}"}]}}}"""));
        var job = await account.Accepted(Account.Order(Account.NewMark()));

        Assert.Equal("no_url", Assert.IsType<SourceReply.Trouble>(await account.Source.Open(job, CancellationToken.None)).Failure.Code);
    }

    [Theory]
    [InlineData("failed", "unknown", Charged.Unknown)]
    [InlineData("failed", "free", Charged.No)]
    [InlineData("failed_free", "charged", Charged.No)]
    [InlineData("failed_charged", "free", Charged.Yes)]
    public async Task What_a_failed_job_cost_is_what_it_says_or_else_what_was_configured(string ending, string configured, Charged charged)
    {
        using var account = Account.Kling(fake.Address, settings: ("UnfinishedJobs", configured));
        var job = await account.Accepted(Account.Order(Account.NewMark(), $"A boat that sinks ending:{ending}"));

        var failed = await Eventually.Get("it ends", async () => await account.Provider.Check(job, CancellationToken.None) as CheckReply.Failed);

        Assert.Equal(charged, failed.Charged);
    }

    private static Task<FindReply> Find(Account account, string key) =>
        account.Provider.Find(new(key, "A lost boat", new("sora-2", "320x180", 1), DateTimeOffset.UnixEpoch, TimeProvider.System.GetUtcNow()), CancellationToken.None);
}
