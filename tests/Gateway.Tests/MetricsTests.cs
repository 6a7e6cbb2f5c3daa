using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using VideoGen.Gateway.Reports;
using VideoGen.Reports;
using VideoGen.Requests;
using VideoGen.Tests;

namespace VideoGen.Gateway.Tests;

/// <summary><c>/metrics</c>, and what the door tells of each ask.</summary>
public sealed class MetricsTests : IDisposable
{
    private const string Text = "# TYPE a gauge\na 1\n";
    private readonly HeardTelemetry _heard = new();

    public void Dispose() => _heard.Dispose();

    [Theory]
    [InlineData("127.0.0.1", false, 200)]
    [InlineData("::1", false, 200)]
    [InlineData("10.0.0.1", false, 403)]
    [InlineData("none", false, 403)]
    [InlineData("10.0.0.1", true, 200)]
    public async Task Metrics_are_for_this_machine_unless_the_option_opens_them(string remote, bool open, int status)
    {
        await using var door = await Open(open);

        var answer = await door.GetFrom(remote, "/metrics");

        Assert.Equal(status, answer.Status);
        if (status != 200) return;
        Assert.Equal((Text, "text/plain; version=0.0.4; charset=utf-8"), (answer.Text, answer.Header("Content-Type")));
    }

    [Fact]
    public async Task The_option_opens_nothing_else()
    {
        await using var door = await Open(open: true);

        Assert.Equal(403, (await door.GetFrom("10.0.0.1", "/api/stats")).Status);
        Assert.Equal(403, (await door.GetFrom("10.0.0.1", "/metrics/more")).Status);
    }

    [Fact]
    public async Task A_page_or_a_proxy_on_this_machine_does_not_read_them()
    {
        await using var door = await Open(open: false);

        Assert.Equal(403, (await door.Get("/metrics", ("Host", "evil.example"))).Status);
        Assert.Equal(403, (await door.Get("/metrics", ("X-Forwarded-For", "10.0.0.1"))).Status);
    }

    public static TheoryData<string, AskAnswer, string> Answers => new()
    {
        { "new", new AskAnswer.Accepted(Views.Queued, Dedup.New), "answer=new" },
        { "joined", new AskAnswer.Accepted(Views.Queued, Dedup.Joined), "answer=joined" },
        { "replayed", new AskAnswer.Accepted(Views.Completed, Dedup.Replayed), "answer=replayed" },
        { "refused", new AskAnswer.Refused(new(Codes.Cooldown, "wait")), "answer=refused,code=cooldown" },
        { "question", new AskAnswer.Question(Views.Completed, Codes.SamePromptDeleted, "sure?"), "answer=question,code=same_prompt_deleted" },
        { "unknown", new AskAnswer.Unknown(), "answer=unknown" },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Each_ask_is_one_span_and_one_count_by_its_answer(string word, AskAnswer answer, string labels)
    {
        await using var door = await Open(open: false);
        door.Grain.OnAsk = _ => Task.FromResult(answer);

        await door.Post($$"""{"prompt":"{{Views.Prompt}}"}""");

        Assert.Equal(1, _heard.Sum($"videogen.requests.asked{{{labels}}}"));
        var span = Assert.Single(_heard.Spans);
        Assert.Equal(("ask", word, Views.Id.RequestKey), (span.OperationName, span.GetTagItem("videogen.answer"), span.GetTagItem("videogen.request")));
        Assert.Equal(answer is AskAnswer.Unknown ? ActivityStatusCode.Error : ActivityStatusCode.Unset, span.Status);
        Assert.DoesNotContain(span.TagObjects, t => $"{t.Value}".Contains(Views.Prompt, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_ask_that_no_grain_answers_is_unknown()
    {
        await using var door = await Open(open: false);
        door.Grain.OnAsk = _ => throw new TimeoutException();

        await door.Post("""{"prompt":"A cat"}""");

        Assert.Equal(1, _heard.Sum("videogen.requests.asked{answer=unknown}"));
        Assert.Equal(ActivityStatusCode.Error, Assert.Single(_heard.Spans).Status);
    }

    [Fact]
    public async Task The_grain_is_asked_inside_the_span_so_that_it_can_keep_its_trace()
    {
        await using var door = await Open(open: false);
        string? seen = null;
        door.Grain.OnAsk = _ =>
        {
            seen = VideoGenTelemetry.CurrentTrace;
            return Task.FromResult<AskAnswer>(new AskAnswer.Unknown());
        };

        await door.Post("""{"prompt":"A cat"}""");

        Assert.Equal(Assert.Single(_heard.Spans).Id, seen);
        Assert.Equal(55, seen!.Length);
    }

    private Task<Door> Open(bool open) => Door.Open(services => services
        .AddSingleton(_heard.Telemetry)
        .AddSingleton<IMetricsText, FixedText>()
        .Configure<GatewayOptions>(o => o.MetricsOpen = open));

    private sealed class FixedText : IMetricsText
    {
        public string Collect() => Text;
    }
}
