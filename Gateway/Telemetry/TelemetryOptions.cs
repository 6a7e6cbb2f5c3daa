namespace VideoGen.Gateway.Telemetry;

/// <summary>Where traces and metrics are sent, section <c>Telemetry</c>. By default nowhere: nothing leaves this machine.</summary>
internal sealed class TelemetryOptions
{
    public const string Section = "Telemetry";

    public OtlpOptions Otlp { get; set; } = new();
}

/// <summary>An OpenTelemetry collector. Everything else about it is OpenTelemetry's own <c>OTEL_…</c> settings.</summary>
internal sealed class OtlpOptions
{
    /// <summary>The collector's address, <c>http</c> or <c>https</c>; null: that of <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>, if there is one.</summary>
    public string? Endpoint { get; set; }
}
