using Microsoft.Extensions.Configuration;
using VideoGen.Gateway.Telemetry;

namespace VideoGen.Silo.Tests.Telemetry;

/// <summary>Where traces and metrics go, by configuration.</summary>
public sealed class CollectorTests
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT", Protocol = "OTEL_EXPORTER_OTLP_PROTOCOL";

    [Fact]
    public void By_default_nothing_is_sent() => Assert.Null(Settings(null));

    [Theory]
    [InlineData("http://127.0.0.1:4318", null, null, "http://127.0.0.1:4318", "http/protobuf")]
    [InlineData("http://127.0.0.1:4317", null, null, "http://127.0.0.1:4317", "grpc")]
    [InlineData("https://otel.example/x", null, "grpc", "https://otel.example/x", "grpc")]
    [InlineData(null, "http://127.0.0.1:4318", null, "http://127.0.0.1:4318", "http/protobuf")]
    [InlineData("http://ours:1", "http://standard:2", null, "http://ours:1", "http/protobuf")]
    [InlineData("", "http://standard:2", null, "http://standard:2", "http/protobuf")]
    public void Our_option_comes_before_the_standard_one_and_the_port_tells_the_protocol(string? ours, string? standard, string? protocol, string address, string expected)
    {
        var settings = Settings(ours, (Endpoint, standard), (Protocol, protocol), ("OTEL_SERVICE_NAME", "kept"))!;

        Assert.Equal((address, expected, "kept"), (settings[Endpoint], settings[Protocol], settings["OTEL_SERVICE_NAME"]));
    }

    [Theory]
    [InlineData("collector:4318")]
    [InlineData("ftp://127.0.0.1")]
    [InlineData("/v1/traces")]
    [InlineData("not an address")]
    public void An_address_that_is_none_is_refused_at_start_by_its_name(string address)
    {
        Assert.Contains("Telemetry:Otlp:Endpoint", Collector.Trouble(Options(address), Configuration()), StringComparison.Ordinal);
        Assert.Contains(address, Collector.Trouble(Options(null), Configuration((Endpoint, address))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_right_address_and_none_are_fine()
    {
        Assert.Null(Collector.Trouble(Options("http://127.0.0.1:4318"), Configuration()));
        Assert.Null(Collector.Trouble(Options(null), Configuration()));
    }

    private static IConfiguration? Settings(string? ours, params (string, string?)[] settings) => Collector.Settings(Options(ours), Configuration(settings));

    private static TelemetryOptions Options(string? endpoint) => new() { Otlp = new() { Endpoint = endpoint } };

    private static IConfigurationRoot Configuration(params (string Name, string? Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Name, s.Value))).Build();
}
