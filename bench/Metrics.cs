using System.Globalization;

namespace VideoGen.Bench;

/// <summary>The host's metrics page, read once.</summary>
internal sealed class Metrics(string text)
{
    private readonly string[] lines = text.Split('\n');

    /// <summary>The sum over all that have the name and the labels; 0 where there are none.</summary>
    /// <param name="name">As <c>/metrics</c> spells it.</param>
    /// <param name="labels">Each as <c>name="value"</c>.</param>
    public double Sum(string name, params string[] labels)
    {
        var sum = 0.0;
        foreach (var line in lines)
        {
            if (!line.StartsWith(name, StringComparison.Ordinal) || line[name.Length] is not (' ' or '{')) continue;
            if (Array.TrueForAll(labels, label => line.Contains(label, StringComparison.Ordinal))) sum += double.Parse(line.AsSpan(line.LastIndexOf(' ') + 1), CultureInfo.InvariantCulture);
        }

        return sum;
    }

    public double Activations => Sum("videogen_activations");

    /// <summary>Checks of jobs that were answered.</summary>
    public double Checks => Sum("videogen_provider_call_duration_seconds_count", "call=\"check_job\"");

    /// <summary>Checks after which the request waited on: none of them is needed to carry it to its ending.</summary>
    public double ChecksOfRunning => Sum("videogen_provider_call_duration_seconds_count", "call=\"check_job\"", "outcome=\"job_progressed\"");

    public double Woken => Sum("videogen_sweep_wakes_total", "outcome=\"woken\"");

    public double ReminderTicks => Sum("videogen_reminder_ticks_total");

    /// <summary>Bytes that the collector left alive, or could not look at, when it last ran.</summary>
    public double Heap => Sum("dotnet_gc_last_collection_heap_size_bytes");

    public double FullCollections => Sum("dotnet_gc_collections_total", "gc_heap_generation=\"gen2\"");
}
