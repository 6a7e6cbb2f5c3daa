namespace VideoGen.Gateway.Reports;

/// <summary>All metrics of the process, for whoever asks now. The host brings it; without it there is no <c>/metrics</c>.</summary>
public interface IMetricsText
{
    /// <summary>Prometheus's text format, version 0.0.4. Takes milliseconds; safe from any thread.</summary>
    string Collect();
}
