using System.Net.Http.Json;
using System.Text.Json;
using VideoGen.Silo.Tests.Hosting;
using VideoGen.Silo.Tests.Providers;

namespace VideoGen.Silo.Tests.Telemetry;

/// <summary>The real host with a collector: one trace from the caller to the saved video, through kill -9, and never a prompt.</summary>
public sealed class OtlpTests : OnHostFolder
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c", Caller = "b7ad6b7169203331";
    private const string Prompt = "a zebrafinch in a top hat";
    [Fact]
    public async Task An_ask_and_all_that_it_leads_to_is_one_trace_of_the_caller_and_no_prompt_leaves()
    {
        await using var collector = await CollectorUnderTest.Start();
        string metrics;
        await using (var host = await Start(("Telemetry__Otlp__Endpoint", collector.Address), ("OTEL_SERVICE_NAME", "my-videos"), ("OTEL_METRIC_EXPORT_INTERVAL", "500")))
        {
            var id = await Ask(host);
            await host.Ended(id);
            await Eventually.Holds("metrics come by themselves", () => collector.WasSent("videogen.rounds.ended"));
            await host.Http.GetStringAsync(new Uri("/health/ready", UriKind.Relative));
            metrics = await host.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative));
            Assert.Equal(0, await host.Stop()); // Sends the rest.
        }

        var spans = collector.Spans.Where(s => s.TraceId == Trace).ToList();
        var door = Assert.Single(spans, s => s.ParentId == Caller);
        Assert.Equal(("Microsoft.AspNetCore", "POST /v1/videos", "200"), (door.Scope, door.Name, door.Attributes["http.response.status_code"]));
        var ask = Assert.Single(spans, s => s.ParentId == door.SpanId);
        Assert.Equal(("VideoGen", "ask", "new"), (ask.Scope, ask.Name, ask.Attributes["videogen.answer"]));
        var effects = spans.Where(s => s.ParentId == ask.SpanId).ToList();
        Assert.Superset(new HashSet<string>(["submit_job", "check_job", "save_video"]), effects.Select(s => s.Name).ToHashSet(StringComparer.Ordinal));
        Assert.All(effects, s => Assert.Equal((ask.Attributes["videogen.request"], "1"), (s.Attributes["videogen.request"], s.Attributes["videogen.round"])));
        Assert.Equal(spans.Count, effects.Count + 2);

        Assert.DoesNotContain(collector.Spans, s => s.Name == "HTTP" || s.Name.Contains("health", StringComparison.Ordinal)); // Who scrapes is not traced.

        Assert.All(collector.Posts, p => Assert.Equal("application/x-protobuf", p.Type));
        Assert.Equal(["/v1/metrics", "/v1/traces"], collector.Posts.Select(p => p.Path).Distinct().Order());
        Assert.True(collector.WasSent("my-videos"));
        Assert.False(collector.WasSent("zebrafinch"));
        Assert.DoesNotContain("zebrafinch", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain(ask.Attributes["videogen.request"], metrics, StringComparison.Ordinal);

        var series = PrometheusFormat.Parse(metrics);
        Assert.Equal(1, series["videogen_rounds_ended_total{charged=\"yes\",outcome=\"completed\"}"]);
        Assert.Equal(0, series["videogen_dead_letters_total{charged=\"unknown\"}"]);
        Assert.True(series["videogen_activations"] >= 1);
        foreach (var meter in new[] { "dotnet_process_cpu_time_seconds_total", "http_server_request_duration_seconds", "kestrel_active_connections", "db_client_connection_count" })
        {
            Assert.Contains($"# TYPE {meter} ", metrics, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_trace_goes_on_after_the_host_was_killed()
    {
        await using var collector = await CollectorUnderTest.Start();
        (string, string) sent = ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address);
        string id;
        await using (var host = await Start(sent, ("Requests__CheckEvery", "00:00:05"), ("OTEL_BSP_SCHEDULE_DELAY", "100")))
        {
            id = await Ask(host);
            await Eventually.Holds("ask and submit were told", () => collector.Spans.Any(s => s.Name == "submit_job") && collector.Spans.Any(s => s.Name == "ask"));
            await host.Kill();
        }

        await NothingIsLeft();
        await using var again = await Start(sent, ("OTEL_BSP_SCHEDULE_DELAY", "100"));
        await again.Ended(id);
        await Eventually.Holds("the save was told", () => collector.Spans.Any(s => s.Name == "save_video"));
        Assert.Equal(0, await again.Stop());
        var ask = Assert.Single(collector.Spans, s => s.Name == "ask");
        var save = Assert.Single(collector.Spans, s => s is { Name: "save_video" });
        Assert.Equal((Trace, ask.SpanId), (save.TraceId, save.ParentId));
    }

    [Fact]
    public async Task A_collector_that_does_not_answer_holds_up_neither_a_video_nor_the_end()
    {
        await using var collector = await CollectorUnderTest.Start(answers: false);
        await using var host = await Start(("Telemetry__Otlp__Endpoint", collector.Address), ("OTEL_BSP_SCHEDULE_DELAY", "100"), ("OTEL_METRIC_EXPORT_INTERVAL", "100"));
        var id = await Ask(host);
        Assert.Equal("completed", (await host.Ended(id)).GetProperty("status").GetString());
        await Eventually.Holds("it was sent something", () => !collector.Posts.IsEmpty);
        var told = TimeProvider.System.GetTimestamp();
        Assert.Equal(0, await host.Stop());
        Assert.True(TimeProvider.System.GetElapsedTime(told) < TimeSpan.FromSeconds(8), "It waited for the collector.");
    }

    [Fact]
    public async Task A_host_whose_collector_has_no_address_does_not_start_and_says_which_option()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => Start(("Telemetry__Otlp__Endpoint", "collector:4318")));
        Assert.Contains("Telemetry:Otlp:Endpoint", failure.Message, StringComparison.Ordinal);
    }

    private static async Task<string> Ask(RunningHost host)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/videos") { Content = JsonContent.Create(new { prompt = Prompt, size = "320x180", seconds = 1 }) };
        request.Headers.TryAddWithoutValidation("traceparent", $"00-{Trace}-{Caller}-01");
        using var answer = await host.Http.SendAsync(request);
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.True(answer.IsSuccessStatusCode, body.ToString());
        return body.GetProperty("id").GetString()!;
    }
}
