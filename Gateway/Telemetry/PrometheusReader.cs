using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace VideoGen.Gateway.Telemetry;

/// <summary>Collects all metrics when it is asked to, as Prometheus's text.</summary>
internal sealed class PrometheusReader : IDisposable
{
    private readonly Lock guard = new();
    private readonly Exporter exporter = new();

    public PrometheusReader() => Reader = new BaseExportingMetricReader(exporter);

    /// <summary>To be added to a meter provider, which disposes it.</summary>
    public BaseExportingMetricReader Reader { get; }

    /// <summary>Empty until there is a meter provider.</summary>
    public string Read()
    {
        lock (guard)
        {
            exporter.Text = "";
            exporter.Collect?.Invoke(Timeout.Infinite);
            return exporter.Text;
        }
    }

    public void Dispose()
    {
        Reader.Dispose();
        exporter.Dispose();
    }

    [ExportModes(ExportModes.Pull)]
    private sealed class Exporter : BaseExporter<Metric>, IPullMetricExporter
    {
        public string Text { get; set; } = "";

        public Func<int, bool>? Collect { get; set; }

        public override ExportResult Export(in Batch<Metric> batch)
        {
            var text = new PrometheusText();
            foreach (var metric in batch) text.Add(metric);
            Text = text.ToString();
            return ExportResult.Success;
        }
    }
}
