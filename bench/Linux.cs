using System.Globalization;

namespace VideoGen.Bench;

/// <summary>What the kernel says of processes.</summary>
internal static class Linux
{
    // USER_HZ, which is 100 wherever .NET runs.
    private const double TicksPerSecond = 100;

    /// <summary>Bytes of a process that are in memory.</summary>
    public static long Resident(int process) => Bytes(process, "status", "VmRSS:");

    /// <summary>The most bytes of a process that ever were in memory.</summary>
    public static long PeakResident(int process) => Bytes(process, "status", "VmHWM:");

    public static ProcessMemory Memory(int process) => new(Resident(process), Bytes(process, "smaps_rollup", "Pss:"), Bytes(process, "status", "RssAnon:"));

    /// <summary>Seconds of processor time that a process has used.</summary>
    public static double Processor(int process) => Ticks(Stat(process), withEnded: false) / TicksPerSecond;

    /// <summary>Seconds that a process, its children and those of its children that have ended have used.</summary>
    public static double ProcessorOfAll(int parent)
    {
        var ticks = Ticks(Stat(parent), withEnded: true);
        foreach (var child in Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => char.IsAsciiDigit(name![0])))
        {
            try
            {
                var stat = Stat(int.Parse(child!, CultureInfo.InvariantCulture));
                if (stat[1] == parent.ToString(CultureInfo.InvariantCulture)) ticks += Ticks(stat, withEnded: false);
            }
            catch (IOException)
            {
                // It has ended meanwhile: its parent counts it.
            }
        }

        return ticks / TicksPerSecond;
    }

    public static int ParentOf(int process) => int.Parse(Stat(process)[1], CultureInfo.InvariantCulture);

    /// <summary>Whether a process works in a folder, or inside of it.</summary>
    public static bool IsWorkplace(string folder) => Directory.EnumerateDirectories("/proc").Where(process => char.IsAsciiDigit(Path.GetFileName(process)[0])).Any(process =>
    {
        try
        {
            return File.ResolveLinkTarget(Path.Combine(process, "cwd"), returnFinalTarget: false) is { } place && (place.FullName + "/").StartsWith(folder + "/", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // It has ended meanwhile, or is somebody else's.
        }
    });

    private static long Bytes(int process, string file, string name)
    {
        var line = File.ReadLines(Of(process, file)).First(l => l.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }

    // The fields from the third on, `state`: the name before it may have blanks.
    private static string[] Stat(int process)
    {
        var text = File.ReadAllText(Of(process, "stat"));
        return text[(text.LastIndexOf(')') + 2)..].Split(' ');
    }

    private static double Ticks(string[] stat, bool withEnded) => stat[11..(withEnded ? 15 : 13)].Sum(ticks => double.Parse(ticks, CultureInfo.InvariantCulture));

    private static string Of(int process, string file) => string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/{file}");
}

/// <summary>Bytes of a process that are in memory.</summary>
/// <param name="Resident">All of them.</param>
/// <param name="Proportional">With what other processes have too divided among them.</param>
/// <param name="Anonymous">Those that are of no file.</param>
internal sealed record ProcessMemory(long Resident, long Proportional, long Anonymous);
