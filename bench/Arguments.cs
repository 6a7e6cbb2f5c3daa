using System.Globalization;

namespace VideoGen.Bench;

/// <summary>What the command line says.</summary>
/// <param name="Program">The host's.</param>
/// <param name="Round">How long each round is.</param>
/// <param name="InFlight">With how many requests in flight it is measured what they cost, in ascending order; none: it is left out.</param>
/// <param name="CheckEvery">How often their jobs are asked for.</param>
/// <param name="Only">The parts to measure, by their words; null: all.</param>
internal sealed record Arguments(string Program, TimeSpan Round, int[] InFlight, TimeSpan CheckEvery, string[]? Only)
{
    public const string Door = "door", Cost = "cost", Calls = "calls", Flight = "in-flight";

    /// <summary>The default of <c>Requests:CheckEvery</c>.</summary>
    private const int NormalCheckSeconds = 5;

    public static Arguments Parse(string[] args)
    {
        var parsed = new Arguments(args[0], TimeSpan.FromSeconds(5), [], TimeSpan.FromSeconds(NormalCheckSeconds), Only: null);
        for (var i = 1; i < args.Length; i++)
        {
            parsed = args[i] switch
            {
                "--in-flight" => parsed with { InFlight = [.. args[++i].Split(',').Select(Number).Order()] },
                "--check-every" => parsed with { CheckEvery = TimeSpan.FromSeconds(Number(args[++i])) },
                "--only" => parsed with { Only = args[++i].Split(',') },
                var seconds => parsed with { Round = TimeSpan.FromSeconds(Number(seconds)) },
            };
        }

        return parsed;
    }

    public bool Wants(string part) => Only?.Contains(part) ?? true;

    private static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
