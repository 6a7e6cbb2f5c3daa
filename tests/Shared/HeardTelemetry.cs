using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using VideoGen.Reports;

namespace VideoGen.Tests;

/// <summary>Telemetry of one test alone, and all that it told.</summary>
internal sealed class HeardTelemetry : IMeterFactory
{
    private readonly ConcurrentDictionary<string, double> sums = new(StringComparer.Ordinal);
    private readonly ActivityListener spans = new();
    private readonly MeterListener measurements = new();
    private Meter? meter;

    public HeardTelemetry()
    {
        Telemetry = new(this);
        spans.ShouldListenTo = source => ReferenceEquals(source, Telemetry.Spans);
        spans.Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded;
        spans.ActivityStopped = Spans.Enqueue;
        ActivitySource.AddActivityListener(spans);
        measurements.InstrumentPublished = (instrument, listener) =>
        {
            if (!ReferenceEquals(instrument.Meter, meter)) return;
            Instruments.Enqueue(instrument);
            listener.EnableMeasurementEvents(instrument);
        };
        measurements.SetMeasurementEventCallback<int>((instrument, value, labels, _) => Hear(instrument, value, labels));
        measurements.SetMeasurementEventCallback<long>((instrument, value, labels, _) => Hear(instrument, value, labels));
        measurements.SetMeasurementEventCallback<double>((instrument, value, labels, _) => Hear(instrument, value, labels));
        measurements.Start();
    }

    public VideoGenTelemetry Telemetry { get; }

    public ConcurrentQueue<Instrument> Instruments { get; } = new();

    /// <summary>The spans that ended, in that order.</summary>
    public ConcurrentQueue<Activity> Spans { get; } = new();

    /// <summary>What was counted, and of histograms how often, by <c>name{label=value,…}</c> with labels in order of their names.</summary>
    public IReadOnlyDictionary<string, double> Sums => sums;

    /// <summary>The labels of every measurement that was heard, by name of the instrument.</summary>
    public ConcurrentDictionary<string, string[]> Labels { get; } = new(StringComparer.Ordinal);

    public double Sum(string series) => sums.GetValueOrDefault(series);

    /// <summary>Asks the instruments that tell only when asked.</summary>
    public void Collect() => measurements.RecordObservableInstruments();

    Meter IMeterFactory.Create(MeterOptions options) => meter = new(options);

    public void Dispose()
    {
        spans.Dispose();
        measurements.Dispose();
        Telemetry.Dispose();
        meter?.Dispose();
    }

    private void Hear(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        var sorted = labels.ToArray().OrderBy(l => l.Key, StringComparer.Ordinal).ToArray();
        Labels.AddOrUpdate(instrument.Name, _ => [.. sorted.Select(l => l.Key)], (_, known) => [.. known.Union(sorted.Select(l => l.Key)).Order(StringComparer.Ordinal)]);
        var series = sorted.Length == 0 ? instrument.Name : $"{instrument.Name}{{{string.Join(',', sorted.Select(l => $"{l.Key}={l.Value}"))}}}";
        sums.AddOrUpdate(series, _ => Told(), (_, sum) => sum + Told());
        double Told() => instrument is Histogram<double> ? 1 : value;
    }
}
