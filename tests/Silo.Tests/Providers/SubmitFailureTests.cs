using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Requests;
using VideoGen.Silo.Providers.Http;
using VideoGen.Silo.Providers.Kling;
using VideoGen.Silo.Providers.OpenAiVideos;
using VideoGen.Silo.Providers.Replicate;
using VideoGen.Silo.Providers.VertexVeo;

namespace VideoGen.Silo.Tests.Providers;

/// <summary>However a submit goes wrong: it reached the provider once at most, and what is made of it is what is proven.</summary>
public sealed class SubmitFailureTests(FakeProvider fake) : IClassFixture<FakeProvider>
{
    private const string RateLimit = """{"error":{"message":"Rate limit reached","type":"requests","param":null,"code":"rate_limit_exceeded"}}""";

    /// <summary>What goes wrong, how often the provider is reached, how many jobs it has made in the end, and what we say.</summary>
    public static TheoryData<Fault, int, int, Type> Failures => new()
    {
        { new("connection", "reset"), 0, 0, typeof(SubmitReply.Unknown) },
        { new("submit", "reset"), 1, 0, typeof(SubmitReply.Unknown) },
        { new("submit", "reset", Job: true), 1, 1, typeof(SubmitReply.Unknown) },
        { new("submit", "close"), 1, 0, typeof(SubmitReply.Unknown) },
        { new("submit", "close", Job: true), 1, 1, typeof(SubmitReply.Unknown) },
        { new("submit", "silence"), 1, 0, typeof(SubmitReply.Unknown) },
        { new("submit", "silence", Job: true), 1, 1, typeof(SubmitReply.Unknown) },
        { new("submit", "late", DelayMs: 3_000), 1, 1, typeof(SubmitReply.Unknown) },
        { new("submit", "answer", Status: 408), 1, 0, typeof(SubmitReply.Unknown) },
        { new("submit", "answer", Status: 409, Body: RateLimit), 1, 0, typeof(SubmitReply.Unknown) },
        { new("submit", "answer", Status: 429), 1, 0, typeof(SubmitReply.Unknown) },
        { new("submit", "answer", Status: 429, RetryAfter: "1"), 1, 0, typeof(SubmitReply.Unknown) },
        { new("submit", "answer", Status: 429, RetryAfter: "1", Body: RateLimit), 1, 0, typeof(SubmitReply.NoJob) },
        { new("submit", "answer", Status: 500), 1, 0, typeof(SubmitReply.Unknown) },
        { new("submit", "answer", Status: 502, ContentType: "text/html", Body: "<html>Bad Gateway</html>"), 1, 0, typeof(SubmitReply.Unknown) },
        { new("submit", "answer", Status: 503, RetryAfter: "1"), 1, 0, typeof(SubmitReply.Unknown) },
        { new("submit", "answer", Status: 503, Job: true), 1, 1, typeof(SubmitReply.Unknown) },
        { new("submit", "answer", Status: 504, Job: true), 1, 1, typeof(SubmitReply.Unknown) },
        { new("submit", "redirect"), 1, 0, typeof(SubmitReply.Unknown) },
        { new("submit", "redirect", Job: true), 1, 1, typeof(SubmitReply.Unknown) },
        { new("submit", "garbage", Job: true), 1, 1, typeof(SubmitReply.Unknown) },
        { new("submit", "not_http"), 1, 0, typeof(SubmitReply.Unknown) },
        { new("submit", "half"), 1, 1, typeof(SubmitReply.Unknown) },
        { new("submit", "huge"), 1, 1, typeof(SubmitReply.Unknown) },
        { new("submit", "drip"), 1, 1, typeof(SubmitReply.Unknown) },
        { new("submit", "wrong_type"), 1, 1, typeof(SubmitReply.Accepted) }, // A job's id is a job's id.
        { new("submit", "policy"), 1, 0, typeof(SubmitReply.NoJob) },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_submit_that_goes_wrong_reaches_openai_s_protocol_once(Fault fault, int posts, int jobs, Type reply)
    {
        using var account = Account.OpenAi(fake.Address);
        await Check(account, fault, posts, jobs, reply);
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_submit_that_goes_wrong_reaches_kling_once(Fault fault, int posts, int jobs, Type reply)
    {
        using var account = Account.Kling(fake.Address);
        await Check(account, fault with { Body = fault.Body == RateLimit ? """{"code":1303,"message":"parallel task over resource pack limit","request_id":"r"}""" : fault.Body }, posts, jobs, reply);
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_submit_that_goes_wrong_reaches_replicate_once(Fault fault, int posts, int jobs, Type reply)
    {
        using var account = Account.Replicate(fake.Address);
        await Check(account, fault with { Body = fault.Body == RateLimit ? """{"detail":"Request was throttled. Your rate limit resets in ~30s."}""" : fault.Body }, posts, jobs, reply);
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_submit_that_goes_wrong_reaches_vertex_ai_once(Fault fault, int posts, int jobs, Type reply)
    {
        using var account = Account.Vertex(fake.Address);
        await Check(account, fault with { Body = fault.Body == RateLimit ? """{"error":{"code":429,"message":"Quota exceeded for veo.","status":"RESOURCE_EXHAUSTED"}}""" : fault.Body }, posts, jobs, reply);
    }

    [Fact]
    public async Task A_provider_that_is_not_there_was_not_reached()
    {
        using var openAi = Account.OpenAi(fake.Address);
        using var kling = Account.Kling(fake.Address);
        using var vertex = Account.Vertex(fake.Address);
        var mark = Account.NewMark();
        await fake.Stop();

        foreach (var account in (Account[])[openAi, kling, vertex])
        {
            Assert.Equal(FailureKind.Unavailable, Assert.IsType<SubmitReply.NotSent>(await account.Submit(Account.Order(mark))).Failure.Kind);
        }

        await fake.Start();
        Assert.Equal(0, fake.Posts(mark));
        await openAi.Accepted(Account.Order(mark)); // The same key, when it is there again.
        Assert.Equal(1, fake.Posts(mark));
    }

    [Fact]
    public async Task A_name_that_is_not_found_and_a_lock_that_does_not_fit_were_not_reached()
    {
        using var nowhere = Account.OpenAi("http://nowhere.invalid");
        using var noTls = Account.OpenAi(fake.Address.Replace("http://", "https://", StringComparison.Ordinal));

        Assert.IsType<SubmitReply.NotSent>(await nowhere.Submit(Account.Order(Account.NewMark())));
        Assert.IsType<SubmitReply.NotSent>(await noTls.Submit(Account.Order(Account.NewMark())));
    }

    [Fact]
    public async Task A_wait_that_the_provider_asks_for_is_passed_on()
    {
        await fake.Faults(new Fault("submit", "answer", Status: 429, RetryAfter: "7", Body: RateLimit));
        using var account = Account.OpenAi(fake.Address);

        var failure = Assert.IsType<SubmitReply.NoJob>(await account.Submit(Account.Order(Account.NewMark()))).Failure;

        Assert.Equal((FailureKind.Throttled, "rate_limit_exceeded", TimeSpan.FromSeconds(7)), (failure.Kind, failure.Code, failure.RetryAfter));
    }

    [Fact]
    public async Task Every_status_with_and_without_an_error_means_what_is_written_down()
    {
        using var openAi = Account.OpenAi(fake.Address);
        using var kling = Account.Kling(fake.Address);
        using var vertex = Account.Vertex(fake.Address);
        var table = new StringBuilder("What a submit is taken for, by what its answer has in it and the status of the answer. All other statuses from 100 to 599: Unknown.\n");
        const string Nothing = "no error", AJob = "a job";
        await Walk(table, "openai_videos", openAi, [Nothing, AJob, .. new OpenAiAnswers().ProvesNoJob.Select(proof => proof.Code).Distinct(StringComparer.Ordinal)], code =>
            code == Nothing ? "" : code == AJob ? """{"id":"video_1"}""" : code == OpenAiWire.ValidationError ? """{"detail":[{"type":"missing","loc":["body","prompt"],"msg":"Field required"}]}""" : $$$"""{"error":{"message":"No.","type":"t","param":null,"code":"{{{code}}}"}}""");
        await Walk(table, "kling", kling, [Nothing, AJob, .. new KlingAnswers(KlingJobId.OfText).ProvesNoJob.Select(proof => proof.Code).Append("5000").Distinct(StringComparer.Ordinal)], code =>
            code == Nothing ? "" : code == AJob ? """{"code":0,"data":{"task_id":"1"}}""" : $$"""{"code":{{code}},"message":"No.","request_id":"r"}""");
        using var replicate = Account.Replicate(fake.Address);
        await Walk(table, "replicate", replicate, [Nothing, AJob, .. new ReplicateAnswers().ProvesNoJob.Select(proof => proof.Code).Append("E1001")], code => code switch
        {
            Nothing => "",
            AJob => """{"id":"gm3qorzdhgbfurvjtvhg6dckhu"}""",
            "throttled" => """{"detail":"Request was throttled. Your rate limit resets in ~30s."}""",
            "not_found" => """{"detail":"The requested resource could not be found.","status":404}""",
            "E005" or "E1001" => $$"""{"title":"Prediction failed","detail":"Something was wrong. ({{code}}) (abc)"}""",
            _ => $$"""{"title":"{{code.Replace('_', ' ')}}","detail":"No."}""",
        });
        await Walk(table, "vertex_veo", vertex, [Nothing, AJob, .. new VertexAnswers("").ProvesNoJob.Select(proof => proof.Code).Concat(["ABORTED", "INTERNAL"])], code =>
            code == Nothing ? "" : code == AJob ? """{"name":"projects/p/locations/l/publishers/google/models/m/operations/1"}"""
            : code == VertexAnswers.Filtered ? """{"error":{"code":400,"message":"The prompt could not be submitted. Support codes: 58061214","status":"INVALID_ARGUMENT"}}"""
            : $$$"""{"error":{"code":400,"message":"No.","status":"{{{code}}}"}}""");
        IsWrittenDown("SubmitTable.txt", table.ToString());
    }

    // VIDEOGEN_UPDATE_GOLDEN=1 writes what the code says now.
    private static void IsWrittenDown(string file, string actual, [CallerFilePath] string here = "")
    {
        var path = Path.Combine(Path.GetDirectoryName(here)!, file);
        if (Environment.GetEnvironmentVariable("VIDEOGEN_UPDATE_GOLDEN") == "1") File.WriteAllText(path, actual);
        Assert.True(File.Exists(path), $"{file} is missing. Write it with VIDEOGEN_UPDATE_GOLDEN=1, and read it.");
        Assert.Equal(File.ReadAllText(path), actual);
    }

    // Over the wire with every status bare, with a job and with a code of the list, and the rest of the square by the reader alone.
    private async Task Walk(StringBuilder table, string name, Account account, string[] codes, Func<string, string> body)
    {
        IAnswerReader reader = name switch { "kling" => new KlingAnswers(KlingJobId.OfText), "replicate" => new ReplicateAnswers(), "vertex_veo" => new VertexAnswers("mark"), _ => new OpenAiAnswers() };
        table.Append(CultureInfo.InvariantCulture, $"\n{name}\n");
        foreach (var code in codes)
        {
            var text = body(code);
            var words = Enumerable.Range(100, 500).Select(status => (Status: status, Word: Word(
                HttpFailures.Submit(new HttpOutcome.Answered(status, Encoding.UTF8.GetBytes(text), null), reader)))).ToList();
            var runs = Runs(words).Where(run => !run.EndsWith(": Unknown", StringComparison.Ordinal)).ToList();
            table.Append(CultureInfo.InvariantCulture, $"{code}: {(runs.Count == 0 ? "nothing" : string.Join("; ", runs))}\n");

            if (!codes.Take(3).Contains(code)) continue;
            await fake.Faults([.. words.Select(word => new Fault("submit", "answer", Status: word.Status, Body: HasBody(word.Status) ? text : ""))]);
            foreach (var (status, word) in words)
            {
                var (mark, expected) = (Account.NewMark(), HasBody(status) ? word : nameof(SubmitReply.Unknown));
                var reply = Word(await account.Submit(Account.Order(mark)));
                Assert.True(expected == reply, $"{status} {code}: {reply} over the wire and not {expected}.");
            }
        }
    }

    private async Task Check(Account account, Fault fault, int posts, int jobs, Type expected)
    {
        var mark = Account.NewMark();
        await fake.Faults(fault);
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(2), TimeProvider.System);

        var reply = await account.Submit(Account.Order(mark, "A small red boat that nobody must hear of"), timeout.Token);

        // A reset that is heard of before anything was written proves that nothing left.
        if (fault is not { On: "connection" } || reply is not SubmitReply.NotSent) Assert.IsType(expected, reply);
        await Eventually.Holds($"{jobs} jobs are made of it", () => fake.Jobs(mark).Count == jobs);
        Assert.Equal(posts, fake.Posts(mark));
        Assert.DoesNotContain("red boat", reply.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(FakeProvider.Keys, reply.ToString(), StringComparison.Ordinal);
    }

    private static bool HasBody(int status) => status is >= 200 and not (204 or 304);

    private static IEnumerable<string> Runs(List<(int Status, string Word)> words)
    {
        for (var (start, i) = (0, 1); i <= words.Count; i++)
        {
            if (i < words.Count && words[i].Word == words[start].Word) continue;
            var (first, last) = (words[start].Status, words[i - 1].Status);
            yield return $"{(first == last ? $"{first}" : $"{first}-{last}")}: {words[start].Word}";
            start = i;
        }
    }

    private static string Word(SubmitReply reply) => reply switch
    {
        SubmitReply.NoJob no => $"NoJob, {no.Failure.Kind}",
        _ => reply.GetType().Name,
    };
}
