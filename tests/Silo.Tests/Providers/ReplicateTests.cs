using System.Text;
using System.Text.Json;
using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Requests;
using VideoGen.Silo.Media;
using VideoGen.Silo.Providers.Http;
using VideoGen.Silo.Providers.Replicate;

namespace VideoGen.Silo.Tests.Providers;

/// <summary>Replicate's protocol: models and versions, a fuse on each submit, a list instead of our key, and files that go after an hour.</summary>
public sealed class ReplicateTests(FakeProvider fake) : IClassFixture<FakeProvider>, IAsyncLifetime
{
    private const string Model = "acme/boats", Version = "9dcd6d78e7c6560c340d916fe32e9f24aabfa331e5cce95fe31f77fb03121426";

    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await fake.Faults();
        await fake.Style(new { });
    }

    [Theory]
    [InlineData(Model, "/v1/models/acme/boats/predictions", "")]
    [InlineData(Version, "/v1/predictions", $"\"version\":\"{Version}\",")]
    [InlineData($"{Model}:{Version}", "/v1/predictions", $"\"version\":\"{Model}:{Version}\",")]
    public async Task A_submit_is_what_the_specification_says_with_its_fuse_and_without_an_address_where_none_is_known(string model, string path, string version)
    {
        var (head, body) = await Submitted([], Account.Order("test1-v-a-1.1", model: model) with { JobDeadline = TimeSpan.FromMinutes(40) });

        Assert.StartsWith($"POST {path} HTTP/1.1\r\n", head, StringComparison.Ordinal);
        Assert.Contains("\r\nCancel-After: 2400s\r\n", head, StringComparison.Ordinal);
        Assert.DoesNotContain("Prefer", head, StringComparison.OrdinalIgnoreCase); // It would wait, and the answer be lost all the more easily.
        Assert.Equal("{" + version + "\"input\":{\"prompt\":\"A small red boat\",\"duration\":1,\"aspect_ratio\":\"16:9\",\"resolution\":\"180p\"}}", body);
    }

    [Fact]
    public async Task A_submit_says_where_to_call_back_and_what_its_models_call_their_inputs()
    {
        var (_, body) = await Submitted(
            [("CallbackUrl", "https://videos.example.com/door/"), ("SecondsInput", "length"), ("ResolutionInput", ""), ("AspectInput", "")], Account.Order("test1-v-a-1.1", model: Model), picture: true);

        using var json = JsonDocument.Parse(body);
        Assert.StartsWith("https://videos.example.com/door/webhooks/fake/test1-v-a-1.1~", json.RootElement.GetProperty("webhook").GetString(), StringComparison.Ordinal);
        Assert.Equal("""["completed"]""", json.RootElement.GetProperty("webhook_events_filter").GetRawText());
        Assert.Equal("""{"prompt":"A small red boat","length":1,"image":"data:image/png;base64,AAAA"}""", json.RootElement.GetProperty("input").GetRawText());
    }

    [Theory]
    [InlineData("two words", "invalid_model")]
    [InlineData("a/b/c", "invalid_model")]
    [InlineData("../predictions", "invalid_model")]
    [InlineData("acme/..", "invalid_model")]
    [InlineData("acme/boats?x", "invalid_model")]
    public async Task A_name_that_is_none_of_a_model_is_refused_before_anything_is_sent(string model, string code)
    {
        using var account = Account.Replicate(fake.Address);
        var mark = Account.NewMark();
        Assert.Equal((FailureKind.Refused, code), Assert.IsType<SubmitReply.NoJob>(await account.Submit(Account.Order(mark, model: model))).Failure is var failure ? (failure.Kind, failure.Code) : default);
        Assert.Equal(0, fake.Posts(mark));
    }

    [Fact]
    public async Task A_job_that_is_not_done_in_time_is_stopped_by_the_provider_itself()
    {
        using var account = Account.Replicate(fake.Address, ("UnfinishedJobs", "charged"));
        var job = await account.Accepted(Account.Order(Account.NewMark(), "A slow boat takes:600000", Model) with { JobDeadline = TimeSpan.FromSeconds(5) });
        Assert.IsType<CheckReply.Running>(await account.Provider.Check(job, CancellationToken.None));

        var stopped = await Eventually.Get("it is stopped", async () => await account.Provider.Check(job, CancellationToken.None) as CheckReply.Failed);

        Assert.Equal((FailureKind.Unavailable, "canceled", Charged.Yes), (stopped.Failure.Kind, stopped.Failure.Code, stopped.Charged));
    }

    [Theory]
    [InlineData("fault:reset+job")]
    [InlineData("fault:answer:503+job")]
    public async Task A_lost_submit_is_found_by_what_was_asked_for_and_when(string fault)
    {
        using var account = Account.Replicate(fake.Address);
        var order = Account.Order(Account.NewMark(), $"A lost boat {Guid.NewGuid()} {fault}", Model);
        Assert.IsType<SubmitReply.Unknown>(await account.Submit(order));
        await account.Accepted(Account.Order(Account.NewMark(), $"Another boat {Guid.NewGuid()}", Model));

        Assert.Equal(Assert.Single(fake.Jobs(order.ProviderKey)), Assert.IsType<FindReply.Found>(await Find(account, order)).JobId);

        // The same words of another model, shape or length, or of another time, are another job.
        foreach (var other in (SubmitOrder[])[order with { Options = order.Options with { Model = "acme/ships" } }, order with { Options = order.Options with { Size = "180x320" } }, order with { Options = order.Options with { Seconds = 2 } }])
        {
            Assert.Equal("no_match", Assert.IsType<FindReply.Trouble>(await Find(account, other)).Failure.Code);
        }

        Assert.Equal("no_match", Assert.IsType<FindReply.Trouble>(await Find(account, order, TimeSpan.FromMinutes(-30))).Failure.Code);
    }

    [Fact]
    public async Task Of_two_that_fit_none_is_taken_unless_one_shows_our_address()
    {
        using var account = Account.Replicate(fake.Address, ("CallbackUrl", "http://127.0.0.1:9"));
        var prompt = $"A boat and its twin {Guid.NewGuid()}";
        var (first, second) = (Account.Order(Account.NewMark(), prompt, Model), Account.Order(Account.NewMark(), prompt, Model));
        var (one, _) = (await account.Accepted(first), await account.Accepted(second));

        Assert.Equal("several_match", Assert.IsType<FindReply.Trouble>(await Find(account, first)).Failure.Code);

        await fake.Style(new { ShowsWebhook = true });
        Assert.Equal(one, Assert.IsType<FindReply.Found>(await Find(account, first)).JobId);
        Assert.Equal("no_match", Assert.IsType<FindReply.Trouble>(await Find(account, Account.Order(Account.NewMark(), prompt, Model))).Failure.Code);

        // And then its list has our marks.
        var listed = Assert.IsType<ListReply.Listed>(await account.Provider.List(TimeProvider.System.GetUtcNow() - TimeSpan.FromHours(1), TimeProvider.System.GetUtcNow(), CancellationToken.None));
        Assert.Equal([first.ProviderKey, second.ProviderKey], listed.Jobs.Select(job => job.Mark).Order(StringComparer.Ordinal).Intersect([first.ProviderKey, second.ProviderKey]).OrderBy(mark => mark == first.ProviderKey ? 0 : 1));
    }

    [Fact]
    public async Task A_job_that_a_callback_named_is_taken_only_where_the_provider_confirms_that_it_is_ours()
    {
        using var account = Account.Replicate(fake.Address);
        var (lost, other) = (Account.Order(Account.NewMark(), $"A hidden boat {Guid.NewGuid()} hidden:600000 fault:reset+job", Model), Account.Order(Account.NewMark(), $"Another boat {Guid.NewGuid()}", Model));
        await account.Submit(lost);
        var (ours, others) = (Assert.Single(fake.Jobs(lost.ProviderKey)), await account.Accepted(other));

        Assert.Equal("no_match", Assert.IsType<FindReply.Trouble>(await Find(account, lost)).Failure.Code);
        foreach (var candidate in (string[])[others, "nobodys", "../predictions"]) Assert.Equal("no_match", Assert.IsType<FindReply.Trouble>(await Find(account, lost, candidate: candidate)).Failure.Code);
        Assert.Equal(ours, Assert.IsType<FindReply.Found>(await Find(account, lost, candidate: ours)).JobId);

        // Its words are removed, or it cannot be asked for: nobody knows.
        await fake.Style(new { HidesPrompt = true });
        Assert.IsType<FindReply.Trouble>(await Find(account, lost, candidate: ours));
        await fake.Faults(new Fault("check", "answer", Status: 503));
        Assert.Equal(FailureKind.Unavailable, Assert.IsType<FindReply.Trouble>(await Find(account, lost, candidate: ours)).Failure.Kind);
    }

    [Fact]
    public async Task A_list_is_read_to_its_end_on_the_same_server_and_what_is_not_a_list_is_none()
    {
        static byte[] Page(int from, int count, string? next) => Encoding.UTF8.GetBytes(
            $$"""{"next":{{(next is null ? "null" : $"\"{next}\"")}},"results":[{{string.Join(',', Enumerable.Range(from, count).Select(i => $$"""{"id":"p{{i}}","created_at":"2026-11-21T11:59:30Z"}"""))}}]}""");

        var asked = new List<string>();
        var listed = Assert.IsType<ListReply.Listed>(await ReplicateList.All(Noon - TimeSpan.FromHours(1), Noon, _ => null, (path, _) =>
        {
            asked.Add(path);
            return Task.FromResult<HttpOutcome>(new HttpOutcome.Answered(200, Page(asked.Count * 100, asked.Count == 3 ? 10 : 100, asked.Count == 3 ? null : $"https://elsewhere.example.com/steal?cursor=c{asked.Count}"), null));
        }, new ReplicateAnswers(), CancellationToken.None));

        Assert.Equal(["predictions?created_after=2026-11-21T10%3A59%3A00.000Z&created_before=2026-11-21T12%3A01%3A00.000Z", "predictions?cursor=c1", "predictions?cursor=c2"], asked);
        Assert.Equal(210, listed.Jobs.Count);
        foreach (var text in (string[])["<html>", "{}", """{"results":{}}""", """{"next":"more","results":[]}""", """{"results":[]} {}"""])
        {
            Assert.IsType<ListReply.Trouble>(await ReplicateList.All(Noon, Noon, _ => null, (_, _) => Task.FromResult<HttpOutcome>(new HttpOutcome.Answered(200, Encoding.UTF8.GetBytes(text), null)), new ReplicateAnswers(), CancellationToken.None));
        }

        var endless = await ReplicateList.All(Noon, Noon, _ => null, (_, _) => Task.FromResult<HttpOutcome>(new HttpOutcome.Answered(200, Page(0, 1, "https://api.example.com/v1/predictions?cursor=x"), null)), new ReplicateAnswers(), CancellationToken.None);
        Assert.Equal("list_too_long", Assert.IsType<ListReply.Trouble>(endless).Failure.Code);
    }

    [Theory]
    [InlineData("The input or output was flagged as sensitive. Please try again with different inputs. (E005) (uIJ6l3ruRD)", FailureKind.Rejected, "E005")]
    [InlineData("Prediction failed: ModelError: (E005)", FailureKind.Rejected, "E005")]
    [InlineData("NSFW content detected. Try running it again, or try a different prompt.", FailureKind.Rejected, null)]
    [InlineData("This prompt violates our content policy", FailureKind.Rejected, null)]
    [InlineData("CUDA out of memory (E1001)", FailureKind.Unavailable, "E1001")]
    [InlineData("Error generating a boat (E0051)", FailureKind.Unavailable, "E0051")]
    [InlineData(null, FailureKind.Unavailable, null)]
    public void What_a_failed_job_says_is_told_in_our_words(string? error, FailureKind kind, string? code)
    {
        var failure = ReplicateAnswers.Ended(error);
        Assert.Equal((kind, code), (failure.Kind, failure.Code));
        if (error is not null) Assert.DoesNotContain(error, failure.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_policy_says_no_to_is_rejected_before_a_job_is_made_and_after()
    {
        using var account = Account.Replicate(fake.Address);
        var before = Assert.IsType<SubmitReply.NoJob>(await account.Submit(Account.Order(Account.NewMark(), "A boat fault:policy", Model))).Failure;
        Assert.Equal((FailureKind.Rejected, "The provider's content policy does not allow this prompt."), (before.Kind, before.Detail));

        var job = await account.Accepted(Account.Order(Account.NewMark(), "A boat ending:rejected", Model));
        var after = await Eventually.Get("it ends", async () => await account.Provider.Check(job, CancellationToken.None) as CheckReply.Failed);
        Assert.Equal((FailureKind.Rejected, Charged.No), (after.Failure.Kind, after.Charged)); // The model did not run.
    }

    [Theory]
    [InlineData("failed_charged", "unknown", Charged.Unknown)]
    [InlineData("failed_charged", "free", Charged.No)]
    [InlineData("failed_free", "charged", Charged.No)]
    public async Task What_a_failed_job_cost_is_nothing_where_no_time_was_used_and_else_what_was_configured(string ending, string configured, Charged charged)
    {
        using var account = Account.Replicate(fake.Address, ("UnfinishedJobs", configured));
        var job = await account.Accepted(Account.Order(Account.NewMark(), $"A boat that sinks ending:{ending}", Model));
        Assert.Equal(charged, (await Eventually.Get("it ends", async () => await account.Provider.Check(job, CancellationToken.None) as CheckReply.Failed)).Charged);
    }

    [Fact]
    public async Task Files_are_gone_when_the_provider_says_so_and_till_then_they_are_fetched_again()
    {
        using var account = Account.Replicate(fake.Address);
        var job = await account.Accepted(Account.Order(Account.NewMark(), model: Model));
        await Eventually.Get("it ends", async () => await account.Provider.Check(job, CancellationToken.None) as CheckReply.Finished);
        Assert.False(account.Provider.Traits.KeepsOriginal);

        // Not there yet, or not any more: within the hour nobody knows.
        await fake.Style(new { RemovesFiles = true });
        Assert.IsType<SourceReply.Trouble>(await account.Source.Open(job, CancellationToken.None));

        await fake.Style(new { RemovesData = true });
        Assert.IsType<CheckReply.Finished>(await account.Provider.Check(job, CancellationToken.None));
        Assert.IsType<SourceReply.Gone>(await account.Source.Open(job, CancellationToken.None));

        await fake.Style(new { });
        var opened = Assert.IsType<SourceReply.Opened>(await account.Source.Open(job, CancellationToken.None));
        await opened.Video.DisposeAsync();
    }

    [Theory]
    [InlineData("2000-01-01T00:00:00Z", 404, typeof(SourceReply.Gone))]
    [InlineData("2000-01-01T00:00:00Z", 410, typeof(SourceReply.Gone))]
    [InlineData("2000-01-01T00:00:00Z", 503, typeof(SourceReply.Trouble))]
    [InlineData("9000-01-01T00:00:00Z", 404, typeof(SourceReply.Trouble))]
    public async Task A_file_that_is_missing_is_gone_only_when_its_hour_is_over(string completedAt, int status, Type expected)
    {
        await using var server = new RawServer(async connection =>
        {
            while (await connection.ReadRequest())
            {
                var body = connection.Received.Contains("/file.mp4", StringComparison.Ordinal) ? "no" : $$"""{"id":"p1","status":"succeeded","data_removed":false,"completed_at":"{{completedAt}}","output":"http://{{connection.Received.Split("Host: ")[1].Split('\r')[0]}}/file.mp4"}""";
                await connection.Send($"HTTP/1.1 {(body == "no" ? status : 200)} On Purpose\r\nContent-Length: {body.Length}\r\n\r\n{body}");
            }
        });
        using var account = Account.Replicate(server.Address);
        Assert.IsType(expected, await account.Source.Open("p1", CancellationToken.None));
    }

    [Theory]
    [InlineData("http://127.0.0.2:1/video.mp4")]
    [InlineData("file:///etc/passwd")]
    [InlineData("https://user@videos.example.com/video.mp4")]
    [InlineData("just words")]
    public async Task A_video_at_a_place_that_is_not_the_providers_is_not_fetched(string url)
    {
        using var account = Account.Replicate(fake.Address);
        var job = await account.Accepted(Account.Order(Account.NewMark(), model: Model));
        await fake.Faults(new Fault("check", "answer", Status: 200, Body: $$"""{"id":"{{job}}","status":"succeeded","output":["{{url}}"]}"""));
        Assert.Equal("no_url", Assert.IsType<SourceReply.Trouble>(await account.Source.Open(job, CancellationToken.None)).Failure.Code);
    }

    [Fact]
    public async Task Only_where_the_api_is_our_token_goes_with_the_question_for_a_file()
    {
        await using var files = new RawServer(async connection =>
        {
            if (await connection.ReadRequest()) await connection.Send("HTTP/1.1 404 On Purpose\r\nContent-Length: 0\r\n\r\n");
        });
        var output = "";
        await using var api = new RawServer(async connection =>
        {
            while (await connection.ReadRequest())
            {
                var body = $$$"""{"id":"p1","status":"succeeded","output":{"video":"{{{output}}}"}}""";
                await connection.Send($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}");
            }
        });
        using var account = Account.Replicate(api.Address, ("ApiKey", "sk-fake-secret"));

        output = files.Address; // Another server, and not over https: not asked at all.
        Assert.IsType<SourceReply.Trouble>(await account.Source.Open("p1", CancellationToken.None));
        Assert.Empty(files.Connections);
        output = $"{api.Address}/v1/files/1/download?expiry=1";
        var opened = Assert.IsType<SourceReply.Opened>(await account.Source.Open("p1", CancellationToken.None));
        await opened.Video.DisposeAsync();
        Assert.Contains(api.Connections, connection => connection.Received.Contains("GET /v1/files/1/download?expiry=1 HTTP/1.1\r\n", StringComparison.Ordinal));
        Assert.All(api.Connections, connection => Assert.Contains("Bearer sk-fake-secret", connection.Received, StringComparison.Ordinal));
    }

    private async Task<(string Head, string Body)> Submitted((string Option, string Value)[] settings, SubmitOrder order, bool picture = false)
    {
        await using var server = new RawServer(async connection =>
        {
            if (await connection.ReadRequest()) await connection.Send("HTTP/1.1 201 Created\r\nContent-Length: 11\r\n\r\n{\"id\":\"p1\"}");
        });
        using var account = Account.Replicate(server.Address, settings);
        if (picture)
        {
            using var bytes = new MemoryStream(new byte[3]);
            order = order with { Input = await account.Inputs.Save(bytes, "image/png", CancellationToken.None) };
        }

        Assert.Equal(new SubmitReply.Accepted("p1"), await account.Submit(order));
        return Assert.Single(server.Connections).Received.Split("\r\n\r\n", 2) is [var head, var body] ? (head + "\r\n", body) : default;
    }

    private static Task<FindReply> Find(Account account, SubmitOrder order, TimeSpan since = default, string? candidate = null)
    {
        var now = TimeProvider.System.GetUtcNow() + since;
        return account.Provider.Find(new(order.ProviderKey, order.Prompt, order.Options, now - TimeSpan.FromMinutes(5), now, candidate), CancellationToken.None);
    }
}
