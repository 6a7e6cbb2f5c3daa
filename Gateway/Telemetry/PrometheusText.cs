using System.Globalization;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace VideoGen.Gateway.Telemetry;

/// <summary>
/// Metrics as Prometheus's text format 0.0.4 has them, named as OpenTelemetry's compatibility specification says: dots become underscores,
/// the unit and a counter's <c>_total</c> stand in the name.
/// </summary>
internal sealed class PrometheusText
{
    private readonly StringBuilder text = new();
    private readonly HashSet<string> names = new(StringComparer.Ordinal);

    /// <summary>A counter's name ends in <c>_total</c>, a gauge of the unit 1 is a ratio.</summary>
    public static string NameOf(string name, string unit, bool isCounter, bool isGauge = false)
    {
        var unitWord = unit switch
        {
            "" => "",
            "d" => "days",
            "s" => "seconds",
            "ms" => "milliseconds",
            "By" => "bytes",
            "%" => "percent",
            "1" => isGauge ? "ratio" : "",
            ['{', ..] => "", // What is counted, not a unit.
            _ => Clean(unit),
        };
        var cleaned = Clean(name);
        if (unitWord.Length > 0 && !cleaned.EndsWith("_" + unitWord, StringComparison.Ordinal)) cleaned += "_" + unitWord;
        return isCounter && !cleaned.EndsWith("_total", StringComparison.Ordinal) ? cleaned + "_total" : cleaned;
    }

    public void Add(Metric metric)
    {
        var type = metric.MetricType switch
        {
            MetricType.LongSum or MetricType.DoubleSum => "counter",
            MetricType.LongGauge or MetricType.DoubleGauge or MetricType.LongSumNonMonotonic or MetricType.DoubleSumNonMonotonic => "gauge",
            MetricType.Histogram => "histogram",
            _ => null,
        };
        var name = NameOf(metric.Name, metric.Unit, type is "counter", metric.MetricType is MetricType.LongGauge or MetricType.DoubleGauge);
        // A name stands once, and an exponential histogram has no place in this format.
        if (type is null || !names.Add(name)) return;

        text.Append("# HELP ").Append(name).Append(' ').Append(Escape(metric.Description, quotes: false)).Append('\n');
        text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
        foreach (ref readonly var point in metric.GetMetricPoints())
        {
            var labels = LabelsOf(point.Tags);
            switch (metric.MetricType)
            {
                case MetricType.LongSum or MetricType.LongSumNonMonotonic:
                    Sample(name, labels, point.GetSumLong());
                    break;
                case MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic:
                    Sample(name, labels, point.GetSumDouble());
                    break;
                case MetricType.LongGauge:
                    Sample(name, labels, point.GetGaugeLastValueLong());
                    break;
                case MetricType.DoubleGauge:
                    Sample(name, labels, point.GetGaugeLastValueDouble());
                    break;
                default:
                    Histogram(name, labels, point);
                    break;
            }
        }
    }

    public override string ToString() => text.ToString();

    private void Histogram(string name, string labels, in MetricPoint point)
    {
        long cumulative = 0;
        foreach (var bucket in point.GetHistogramBuckets())
        {
            cumulative += bucket.BucketCount;
            Sample(name + "_bucket", $"{labels}{(labels.Length > 0 ? "," : "")}le=\"{Number(bucket.ExplicitBound)}\"", cumulative);
        }

        Sample(name + "_sum", labels, point.GetHistogramSum());
        Sample(name + "_count", labels, point.GetHistogramCount());
    }

    private void Sample(string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0) text.Append('{').Append(labels).Append('}');
        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string LabelsOf(ReadOnlyTagCollection tags)
    {
        var labels = new StringBuilder();
        foreach (var (name, value) in tags)
        {
            if (labels.Length > 0) labels.Append(',');
            labels.Append(Clean(name)).Append("=\"").Append(Escape(ValueOf(value), quotes: true)).Append('"');
        }

        return labels.ToString();
    }

    private static string ValueOf(object? value) => value switch
    {
        null => "",
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString(CultureInfo.InvariantCulture), // The shortest text that reads back as the same number; NaN as Prometheus spells it.
    };

    // A label's value may have a quote; a HELP line ends its text with the line.
    private static string Escape(string value, bool quotes)
    {
        var escaped = value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return quotes ? escaped.Replace("\"", "\\\"", StringComparison.Ordinal) : escaped;
    }

    private static string Clean(string name)
    {
        var cleaned = new StringBuilder(name.Length);
        foreach (var c in name) cleaned.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
        if (cleaned.Length == 0 || char.IsAsciiDigit(cleaned[0])) cleaned.Insert(0, '_');
        return cleaned.ToString();
    }
}
