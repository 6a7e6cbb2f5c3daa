using System.Globalization;

namespace VideoGen.Bench;

/// <summary>What the kernel says of processes.</summary>
internal static class Linux
{
    // USER_HZ, which is 100 wherever .NET runs.
    private const double TicksPerSecond = 100;

    /// <summary>Bytes of a process that are in memory.</summary>
    public static long Resident(int process)
    {
        var line = File.ReadLines(Of(process, "status")).First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }

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

    // The fields from the third on, `state`: the name before it may have blanks.
    private static string[] Stat(int process)
    {
        var text = File.ReadAllText(Of(process, "stat"));
        return text[(text.LastIndexOf(')') + 2)..].Split(' ');
    }

    private static double Ticks(string[] stat, bool withEnded) => stat[11..(withEnded ? 15 : 13)].Sum(ticks => double.Parse(ticks, CultureInfo.InvariantCulture));

    private static string Of(int process, string file) => string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/{file}");
}
