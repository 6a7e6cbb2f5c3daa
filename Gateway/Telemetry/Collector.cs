namespace VideoGen.Gateway.Telemetry;

/// <summary>The collector that the configuration names, as OpenTelemetry's own settings say it.</summary>
internal static class Collector
{
    private const string EndpointSetting = "OTEL_EXPORTER_OTLP_ENDPOINT", ProtocolSetting = "OTEL_EXPORTER_OTLP_PROTOCOL";

    private const int GrpcPort = 4317;

    /// <summary>What is wrong with its address; null where it is right or there is none.</summary>
    public static string? Trouble(TelemetryOptions options, IConfiguration configuration) => Named(options, configuration) is { } named && !TryRead(named, out _)
        ? $"{TelemetryOptions.Section}:Otlp:Endpoint (or {EndpointSetting}) must be the address of a collector such as http://127.0.0.1:4318, not '{named}'."
        : null;

    /// <summary>The configuration with the collector's address and protocol in it; null where nothing is to be sent.</summary>
    public static IConfiguration? Settings(TelemetryOptions options, IConfiguration configuration)
    {
        if (Named(options, configuration) is not { } named || !TryRead(named, out var address)) return null;
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            [EndpointSetting] = named,
            // The port tells where nothing else does: collectors take gRPC there and HTTP elsewhere.
            [ProtocolSetting] = configuration[ProtocolSetting] ?? (address!.Port == GrpcPort ? "grpc" : "http/protobuf"),
        };
        return new ConfigurationBuilder().AddConfiguration(configuration).AddInMemoryCollection(settings).Build();
    }

    private static string? Named(TelemetryOptions options, IConfiguration configuration) =>
        NotEmpty(options.Otlp.Endpoint) ?? NotEmpty(configuration[EndpointSetting]);

    private static bool TryRead(string named, out Uri? address) =>
        Uri.TryCreate(named, UriKind.Absolute, out address) && address.Scheme is "http" or "https";

    private static string? NotEmpty(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
