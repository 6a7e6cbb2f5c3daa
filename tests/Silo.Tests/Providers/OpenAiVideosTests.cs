using System.Globalization;
using System.Text;
using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Requests;
using VideoGen.Silo.Media;
using VideoGen.Silo.Providers.OpenAiVideos;

namespace VideoGen.Silo.Tests.Providers;

/// <summary>A server that speaks OpenAI's Videos API, as documented and as servers really differ.</summary>
public sealed class OpenAiVideosTests(FakeProvider fake) : IClassFixture<FakeProvider>, IAsyncLifetime
{
    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await fake.Faults();
        await fake.Style(new { });
    }

    [Fact]
    public async Task A_picture_goes_with_the_submit_as_a_form()
    {
        using var account = Account.OpenAi(fake.Address);
        using var picture = new MemoryStream(new byte[70_000]);
        var input = await account.Inputs.Save(picture, "image/png", CancellationToken.None);
        var mark = Account.NewMark();

        await account.Accepted(Account.Order(mark, "Ein rotes Boot, 小さな船") with { Input = input });

        var made = fake.Log.Single(line => FakeProvider.Text(line, "what") == "submit" && FakeProvider.Text(line, "mark") == mark).GetProperty("made");
        Assert.Equal(("Ein rotes Boot, 小さな船", "sora-2", "320x180", "1"), (made.GetProperty("prompt").GetString(), made.GetProperty("model").GetString(), made.GetProperty("size").GetString(), made.GetProperty("seconds").GetString()));
        Assert.True(made.GetProperty("has_picture").GetBoolean());
    }

    [Fact]
    public async Task A_picture_that_is_not_there_any_more_and_a_remix_are_refused_before_anything_is_sent()
    {
        using var account = Account.OpenAi(fake.Address);
        var mark = Account.NewMark();

        Assert.IsType<SubmitReply.NoJob>(await account.Submit(Account.Order(mark) with { Input = new(new string('a', 64), "image/png") }));
        Assert.IsType<SubmitReply.NoJob>(await account.Submit(Account.Order(mark) with { SourceJobId = "video_000001" }));

        Assert.Equal(0, fake.Posts(mark));
    }

    [Fact]
    public async Task A_lost_submit_is_found_by_what_was_asked_for_and_when()
    {
        using var account = Account.OpenAi(fake.Address, settings: ("Resolution", "list"));
        var (order, began) = (Account.Order(Account.NewMark(), "A lost boat fault:reset+job"), TimeProvider.System.GetUtcNow());
        Assert.IsType<SubmitReply.Unknown>(await account.Submit(order));
        var job = Assert.Single(fake.Jobs(order.ProviderKey));

        Assert.Equal(new FindReply.Found(job), await Find(account, order, began));
        Assert.Equal("no_match", await NotFound(account, order with { Prompt = "A lost boat" }, began));
        Assert.Equal("no_match", await NotFound(account, order with { Options = order.Options with { Model = "sora-2-pro" } }, began));
        Assert.Equal("no_match", await NotFound(account, order with { Options = order.Options with { Size = "180x320" } }, began));
        Assert.Equal("no_match", await NotFound(account, order with { Options = order.Options with { Seconds = 2 } }, began));
        Assert.Equal("no_match", await NotFound(account, order, began.AddMinutes(3)));
        Assert.Equal("no_match", await NotFound(account, order, began.AddMinutes(-3)));
    }

    [Fact]
    public async Task A_lost_submit_is_told_its_job_when_the_same_key_comes_again()
    {
        using var account = Account.OpenAi(fake.Address, FakeProvider.RememberingKey(), ("Resolution", "key"), ("KeyKeptFor", "1.00:00:00"));
        var order = Account.Order(Account.NewMark(), "A boat that is known by its key");
        await fake.Faults(new Fault("submit", "reset", Job: true));
        Assert.IsType<SubmitReply.Unknown>(await account.Submit(order));
        var job = Assert.Single(fake.Jobs(order.ProviderKey));

        Assert.Equal(job, await account.Accepted(order));
        Assert.NotEqual(job, await account.Accepted(order with { ProviderKey = Account.NewMark() }));

        Assert.Equal((Resolution.SameKey, TimeSpan.FromDays(1)), (account.Provider.Traits.Resolution, account.Provider.Traits.KeyKeptFor));
        Assert.Equal(2, fake.Posts(order.ProviderKey));
        Assert.Single(fake.Jobs(order.ProviderKey));
    }

    [Fact]
    public async Task Of_two_that_fit_none_is_taken()
    {
        using var account = Account.OpenAi(fake.Address, settings: ("Resolution", "list"));
        var (order, began) = (Account.Order(Account.NewMark(), "A boat that two people want fault:reset+job"), TimeProvider.System.GetUtcNow());
        await account.Submit(order);
        await account.Submit(order with { ProviderKey = Account.NewMark() });

        Assert.Equal("several_match", await NotFound(account, order, began));
    }

    [Fact]
    public async Task A_job_that_the_list_shows_late_is_found_late()
    {
        using var account = Account.OpenAi(fake.Address, settings: ("Resolution", "list"));
        var (order, began) = (Account.Order(Account.NewMark(), "A slow boat fault:reset+job hidden:1500"), TimeProvider.System.GetUtcNow());
        await account.Submit(order);

        Assert.Equal("no_match", await NotFound(account, order, began));
        await Eventually.Get("the list shows it", async () => await Find(account, order, began) as FindReply.Found);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_job_is_found_behind_many_others(bool noPaging)
    {
        using var account = Account.OpenAi(fake.Address, settings: ("Resolution", "list"));
        var (order, began) = (Account.Order(Account.NewMark(), "A boat among many fault:reset+job"), TimeProvider.System.GetUtcNow());
        await account.Submit(order);
        for (var i = 0; i < 120; i++) await account.Accepted(Account.Order(Account.NewMark(), "Another boat"));
        await fake.Style(new { no_paging = noPaging });

        Assert.IsType<FindReply.Found>(await Find(account, order, began));
    }

    [Fact]
    public async Task A_list_that_cannot_be_read_or_hides_prompts_finds_nothing_and_proves_nothing()
    {
        using var account = Account.OpenAi(fake.Address, settings: ("Resolution", "list"));
        var (order, began) = (Account.Order(Account.NewMark(), "A hidden boat fault:reset+job"), TimeProvider.System.GetUtcNow());
        await account.Submit(order);
        foreach (var fault in (Fault[])[new("list", "answer", Status: 503), new("list", "garbage"), new("list", "half"), new("list", "reset"), new("list", "answer", Status: 200, Body: "[]")])
        {
            await fake.Faults(fault);
            Assert.IsType<FindReply.Trouble>(await Find(account, order, began));
        }

        await fake.Faults();
        await fake.Style(new { hides_prompt = true });
        Assert.Equal("no_match", await NotFound(account, order, began));
    }

    [Fact]
    public async Task Without_a_list_nothing_is_looked_for()
    {
        using var account = Account.OpenAi(fake.Address);

        Assert.Equal(Resolution.None, account.Provider.Traits.Resolution);
        Assert.Equal("no_lookup", await NotFound(account, Account.Order(Account.NewMark()), TimeProvider.System.GetUtcNow()));
    }

    [Fact]
    public async Task A_status_that_nobody_knows_is_a_job_that_goes_on()
    {
        using var account = Account.OpenAi(fake.Address);
        await fake.Style(new { running_word = "processing" });
        var job = await account.Accepted(Account.Order(Account.NewMark(), "A long boat takes:600000"));

        Assert.IsType<CheckReply.Running>(await account.Provider.Check(job, CancellationToken.None));
    }

    [Theory]
    [InlineData("503")]
    [InlineData("401")]
    [InlineData("429")]
    [InlineData("404")]
    [InlineData("garbage")]
    [InlineData("half")]
    [InlineData("huge")]
    [InlineData("reset")]
    [InlineData("silence")]
    public async Task A_check_that_does_not_work_says_nothing_about_the_job(string trouble)
    {
        using var account = Account.OpenAi(fake.Address);
        var job = await account.Accepted(Account.Order(Account.NewMark()));
        var isStatus = int.TryParse(trouble, out var status);
        await fake.Faults(isStatus ? new Fault("check", "answer", Status: status, Times: 3) : new Fault("check", trouble, Times: 3));
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(2), TimeProvider.System);

        Assert.IsType<CheckReply.Trouble>(await account.Provider.Check(job, timeout.Token));
    }

    [Theory]
    [InlineData("failed", "unknown", false, Charged.Unknown)]
    [InlineData("failed", "free", false, Charged.No)]
    [InlineData("failed", "charged", false, Charged.Yes)]
    [InlineData("failed_free", "charged", true, Charged.No)]
    [InlineData("failed_charged", "free", true, Charged.Yes)]
    [InlineData("failed_free", "unknown", false, Charged.Unknown)]
    public async Task What_a_failed_job_cost_is_what_the_server_says_or_else_what_was_configured(string ending, string configured, bool tells, Charged charged)
    {
        using var account = Account.OpenAi(fake.Address, settings: ("UnfinishedJobs", configured));
        await fake.Style(new { tells_cost = tells, int_codes = true });
        var job = await account.Accepted(Account.Order(Account.NewMark(), $"A boat that sinks ending:{ending}"));

        var failed = await Ended<CheckReply.Failed>(account, job);

        Assert.Equal((charged, FailureKind.Unavailable, "500"), (failed.Charged, failed.Failure.Kind, failed.Failure.Code));
    }

    [Theory]
    [InlineData("0", "0")]
    [InlineData("\"0.80\"", "0.80")]
    [InlineData("-1", null)]
    [InlineData("1e27", null)]
    [InlineData("\"unknown\"", null)]
    public void A_cost_that_none_can_be_is_none_that_was_told(string told, string? cost) => Assert.Equal(
        cost, OpenAiWire.Video(Encoding.UTF8.GetBytes($$$"""{"id":"video_1","status":"failed","usage":{"cost":{{{told}}}}}"""))!.CostUsd?.ToString(CultureInfo.InvariantCulture));

    [Fact]
    public async Task A_server_that_cannot_stop_jobs_is_never_told_to_delete_one_that_runs()
    {
        using var account = Account.OpenAi(fake.Address);
        await fake.Style(new { on_delete = "hides" });
        var job = await account.Accepted(Account.Order(Account.NewMark(), "A long boat takes:600000"));

        Assert.IsType<CancelReply.TooLate>(await account.Provider.Cancel(job, CancellationToken.None));
        Assert.IsType<DiscardReply.Trouble>(await account.Provider.Discard(job, CancellationToken.None));

        Assert.DoesNotContain(fake.Log, line => FakeProvider.Text(line, "what") == "delete" && FakeProvider.Text(line, "job_id") == job);
        Assert.IsType<CheckReply.Running>(await account.Provider.Check(job, CancellationToken.None));
    }

    [Theory]
    [InlineData("unknown", Charged.Unknown)]
    [InlineData("free", Charged.No)]
    public async Task A_job_that_is_stopped_and_forgotten_costs_what_was_configured(string configured, Charged charged)
    {
        using var account = Account.OpenAi(fake.Address, settings: [("DeleteStops", "true"), ("UnfinishedJobs", configured)]);
        await fake.Style(new { on_delete = "forgets" });
        var job = await account.Accepted(Account.Order(Account.NewMark(), "A long boat takes:600000"));

        Assert.Equal(new CancelReply.Cancelled(charged), await account.Provider.Cancel(job, CancellationToken.None));

        // It is not known any more, and that says nothing about what it cost.
        Assert.IsType<CheckReply.Trouble>(await account.Provider.Check(job, CancellationToken.None));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_file_that_is_not_there_yet_is_not_gone(bool detailErrors)
    {
        using var account = Account.OpenAi(fake.Address);
        await fake.Style(new { content_lag_ms = 1_500, detail_errors = detailErrors });
        var job = await account.Accepted(Account.Order(Account.NewMark()));
        await Ended<CheckReply.Finished>(account, job);

        Assert.IsType<SourceReply.Trouble>(await account.Source.Open(job, CancellationToken.None));

        var opened = await Eventually.Get("the file is there", async () => await account.Source.Open(job, CancellationToken.None) as SourceReply.Opened);
        await opened.Video.DisposeAsync();
    }

    [Fact]
    public async Task A_page_of_something_between_us_and_the_server_does_not_say_that_a_video_is_gone()
    {
        using var account = Account.OpenAi(fake.Address);
        var job = await account.Accepted(Account.Order(Account.NewMark()));
        await Ended<CheckReply.Finished>(account, job);
        Fault notFound = new("check", "answer", Status: 404, ContentType: "text/html", Body: "<html>404</html>");
        await fake.Faults(new Fault("content", "answer", Status: 404), notFound);

        Assert.IsType<SourceReply.Trouble>(await account.Source.Open(job, CancellationToken.None));

        await fake.Faults(notFound);
        Assert.IsType<DiscardReply.Trouble>(await account.Provider.Discard(job, CancellationToken.None));
    }

    [Fact]
    public async Task A_video_that_breaks_off_is_an_exception_and_not_an_end()
    {
        using var account = Account.OpenAi(fake.Address);
        var job = await account.Accepted(Account.Order(Account.NewMark()));
        await Ended<CheckReply.Finished>(account, job);
        await fake.Faults(new Fault("content", "half"));

        var opened = Assert.IsType<SourceReply.Opened>(await account.Source.Open(job, CancellationToken.None));
        await using (opened.Video)
        {
            await Assert.ThrowsAnyAsync<IOException>(() => opened.Video.CopyToAsync(Stream.Null));
        }
    }

    [Fact]
    public async Task A_wrong_key_is_proof_of_no_job_and_is_told_to_nobody()
    {
        const string Key = "a-key-that-nobody-knows";
        using var account = Account.OpenAi(fake.Address, Key);

        var failure = Assert.IsType<SubmitReply.NoJob>(await account.Submit(Account.Order(Account.NewMark()))).Failure;

        Assert.Equal((FailureKind.Unavailable, "invalid_api_key"), (failure.Kind, failure.Code));
        Assert.DoesNotContain(Key, failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_provider_says_of_a_refused_request_is_told_without_prompt_and_key()
    {
        const string Prompt = "A small red boat that nobody must hear of";
        var key = Account.NewKey();
        using var account = Account.OpenAi(fake.Address, key);
        await fake.Faults(new Fault("submit", "answer", Status: 400, Body: $$$"""{"error":{"message":"Seconds must be 4, 8 or 12. You ({{{key}}}) said: {{{Prompt}}}","type":"t","param":"seconds","code":"invalid_value"}}"""));

        var failure = Assert.IsType<SubmitReply.NoJob>(await account.Submit(Account.Order(Account.NewMark(), Prompt))).Failure;

        Assert.Equal(FailureKind.Refused, failure.Kind);
        Assert.Contains("Seconds must be 4, 8 or 12.", failure.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("red boat", failure.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(key, failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Jobs_and_what_they_cost_are_known_after_the_provider_was_started_again()
    {
        using var account = Account.OpenAi(fake.Address);
        var job = await account.Accepted(Account.Order(Account.NewMark()));
        var before = await Ended<CheckReply.Finished>(account, job);

        await fake.Stop();
        Assert.IsType<CheckReply.Trouble>(await account.Provider.Check(job, CancellationToken.None));
        await fake.Start();

        Assert.Equal(0.10m, before.CostUsd);
        Assert.Equal(before, await account.Provider.Check(job, CancellationToken.None));
        Assert.NotEqual(job, await account.Accepted(Account.Order(Account.NewMark())));
    }

    private static Task<FindReply> Find(Account account, SubmitOrder order, DateTimeOffset sent) =>
        account.Provider.Find(new(order.ProviderKey, order.Prompt, order.Options, sent, sent.AddSeconds(10)), CancellationToken.None);

    private static async Task<string?> NotFound(Account account, SubmitOrder order, DateTimeOffset sent) =>
        Assert.IsType<FindReply.Trouble>(await Find(account, order, sent)).Failure.Code;

    private static async Task<T> Ended<T>(Account account, string job) where T : CheckReply => Assert.IsType<T>(
        await Eventually.Get($"{job} ends", async () => await account.Provider.Check(job, CancellationToken.None) is var reply and not CheckReply.Running ? reply : null));
}
