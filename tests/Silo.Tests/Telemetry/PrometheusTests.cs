using System.Diagnostics.Metrics;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using VideoGen.Gateway.Telemetry;
using Xunit.Sdk;

namespace VideoGen.Silo.Tests.Telemetry;

/// <summary>What <c>/metrics</c> says, in Prometheus's text format.</summary>
public sealed class PrometheusTests : IDisposable
{
    private readonly Meter _meter = new($"test.{Guid.NewGuid():N}");
    private readonly PrometheusReader _prometheus = new();
    private readonly MeterProvider _provider;

    public PrometheusTests() => _provider = Sdk.CreateMeterProviderBuilder().AddMeter(_meter.Name).AddReader(_prometheus.Reader).Build();

    public void Dispose()
    {
        _provider.Dispose();
        _prometheus.Dispose();
        _meter.Dispose();
    }

    [Theory]
    [InlineData("videogen.orphans", "{job}", true, "videogen_orphans_total")]
    [InlineData("videogen.prevented.cost", "usd", true, "videogen_prevented_cost_usd_total")]
    [InlineData("videogen.stage.duration", "s", false, "videogen_stage_duration_seconds")]
    [InlineData("wait.seconds", "s", false, "wait_seconds")]
    [InlineData("bytes.total", "By", true, "bytes_total_bytes_total")]
    [InlineData("9-lives", "", false, "_9_lives")]
    public void A_name_carries_its_unit_and_what_it_is(string name, string unit, bool isCounter, string expected) =>
        Assert.Equal(expected, PrometheusText.NameOf(name, unit, isCounter));

    [Fact]
    public void Every_kind_of_metric_is_written_and_read_back()
    {
        var counter = _meter.CreateCounter<long>("a.counter", "{thing}", "Things,\nwith a \\ and a \"quote\".");
        counter.Add(2, new KeyValuePair<string, object?>("path", "C:\\tmp\n\"x\""), new KeyValuePair<string, object?>("is.on", true));
        counter.Add(3, new KeyValuePair<string, object?>("path", null), new KeyValuePair<string, object?>("is.on", 0.5));
        _meter.CreateUpDownCounter<long>("level").Add(-4);
        _meter.CreateGauge<double>("share", "1").Record(0.25);
        _meter.CreateObservableGauge("far", () => double.PositiveInfinity);
        _meter.CreateGauge<double>("odd").Record(double.NaN);
        var histogram = _meter.CreateHistogram<double>("took", "s", advice: new() { HistogramBucketBoundaries = [0.5, 1] });
        foreach (var value in new[] { 0.1, 0.5, 0.7, 5 }) histogram.Record(value, new KeyValuePair<string, object?>("stage", "queued"));
        _meter.CreateHistogram<long>("plain").Record(7);

        var text = _prometheus.Read();

        var samples = PrometheusFormat.Parse(text);
        Assert.Contains("# HELP a_counter_total Things,\\nwith a \\\\ and a \"quote\".\n# TYPE a_counter_total counter\n", text, StringComparison.Ordinal);
        Assert.Equal(2, samples["""a_counter_total{is_on="true",path="C:\\tmp\n\"x\""}"""]);
        Assert.Equal(3, samples["""a_counter_total{is_on="0.5",path=""}"""]);
        Assert.Equal((-4, 0.25, double.PositiveInfinity, double.NaN), (samples["level"], samples["share_ratio"], samples["far"], samples["odd"]));
        Assert.Equal(
            (2, 3, 4, 6.3, 4),
            (samples["""took_seconds_bucket{stage="queued",le="0.5"}"""], samples["""took_seconds_bucket{stage="queued",le="1"}"""],
             samples["""took_seconds_bucket{stage="queued",le="+Inf"}"""], Math.Round(samples["""took_seconds_sum{stage="queued"}"""], 6), samples["""took_seconds_count{stage="queued"}"""]));
        Assert.Equal(1, samples["""plain_bucket{le="+Inf"}"""]);
    }

    [Fact]
    public void A_counter_goes_on_from_one_scrape_to_the_next()
    {
        var counter = _meter.CreateCounter<long>("n");
        counter.Add(1);
        Assert.Equal(1, PrometheusFormat.Parse(_prometheus.Read())["n_total"]);
        counter.Add(1);
        Assert.Equal(2, PrometheusFormat.Parse(_prometheus.Read())["n_total"]);
        Assert.Equal(2, PrometheusFormat.Parse(_prometheus.Read())["n_total"]);
    }

    [Fact]
    public void A_name_stands_once_whoever_else_has_it()
    {
        _meter.CreateCounter<long>("same.name").Add(1);
        _meter.CreateCounter<long>("same_name").Add(5);
        Assert.Equal(1, PrometheusFormat.Parse(_prometheus.Read())["same_name_total"]);
    }

    [Theory]
    [InlineData("a 1")] // No line end.
    [InlineData("# HELP a x\n# TYPE a counter\na 1\n")] // Not _total.
    [InlineData("# HELP a x\n# TYPE a gauge\nb 1\n")]
    [InlineData("# HELP a x\n# TYPE a gauge\na 1\na 1\n")]
    [InlineData("# HELP a x\n# TYPE a gauge\na{x=\"\\t\"} 1\n")]
    [InlineData("# HELP a x\n# TYPE a gauge\na{x=\"1\",x=\"2\"} 1\n")]
    [InlineData("# HELP a x\n# TYPE a gauge\na 1,5\n")]
    [InlineData("# HELP a x\n# TYPE a histogram\na_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n")]
    [InlineData("# HELP a x\n# TYPE a histogram\na_bucket{le=\"1\"} 1\na_sum 1\na_count 1\n")]
    public void The_reader_of_these_tests_is_strict(string text) => Assert.ThrowsAny<XunitException>(() => PrometheusFormat.Parse(text));
}
