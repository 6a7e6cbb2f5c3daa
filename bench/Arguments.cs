using System.Globalization;

namespace VideoGen.Bench;

/// <summary>What the command line says.</summary>
/// <param name="Program">The host's.</param>
/// <param name="Round">How long each round is.</param>
/// <param name="Flights">With how many requests in flight it is measured what they cost; none: it is left out.</param>
/// <param name="Downloads">How many finished videos are fetched; 0: it is left out.</param>
/// <param name="Only">The parts to measure, by their words; null: all that need nothing of Orleans.</param>
/// <param name="Orleans">What is built for Orleans; null where nothing is.</param>
internal sealed record Arguments(string Program, TimeSpan Round, IReadOnlyList<Flight> Flights, int Downloads, string[]? Only, OrleansPrograms? Orleans)
{
    public const string Door = "door", Cost = "cost", Calls = "calls", Money = "money", InFlight = "in-flight", Saves = "downloads", Streams = "streams", Engines = "engines";

    public static Arguments Parse(string[] args)
    {
        var parsed = new Arguments(args[0], TimeSpan.FromSeconds(5), [], Downloads: 0, Only: null, Orleans: null);
        for (var i = 1; i < args.Length; i++)
        {
            parsed = args[i] switch
            {
                "--in-flight" => parsed with { Flights = [.. args[++i].Split(',').Select(Flight.Parse)] },
                "--downloads" => parsed with { Downloads = Number(args[++i]) },
                "--orleans" => parsed with { Orleans = new(args[++i], args[++i]) },
                "--only" => parsed with { Only = args[++i].Split(',') },
                var seconds => parsed with { Round = TimeSpan.FromSeconds(Number(seconds)) },
            };
        }

        return parsed;
    }

    public bool Wants(string part) => Only?.Contains(part) ?? part != Engines;

    public static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}

/// <param name="Host">The host's assembly.</param>
/// <param name="Bench">This program's.</param>
internal sealed record OrleansPrograms(string Host, string Bench);

/// <param name="Requests">How many are in flight.</param>
/// <param name="CheckEvery">How often the job of each is asked for.</param>
internal sealed record Flight(int Requests, TimeSpan CheckEvery)
{
    /// <summary>The default of <c>Requests:CheckEvery</c>.</summary>
    private const string NormalCheckSeconds = "5";

    /// <summary><c>10000</c>, or <c>100000@60</c> where the jobs are asked for every 60 s.</summary>
    public static Flight Parse(string text)
    {
        var parts = text.Split('@');
        return new(
            int.Parse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture),
            TimeSpan.FromSeconds(int.Parse(parts.ElementAtOrDefault(1) ?? NormalCheckSeconds, NumberStyles.None, CultureInfo.InvariantCulture)));
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Requests} in flight, asked for every {CheckEvery.TotalSeconds} s");
}
