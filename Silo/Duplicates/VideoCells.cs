using System.Globalization;

namespace VideoGen.Silo.Duplicates;

/// <summary>How the cells of somebody's videos are read, in a list or a table.</summary>
internal static class VideoCells
{
    /// <summary>Seconds since 1970 from 2001 on.</summary>
    private const decimal LeastSeconds = 1_000_000_000m, MostSeconds = 100_000_000_000m;

    /// <summary>Milliseconds since 1970 from 2001 on: more than any seconds.</summary>
    private const decimal LeastMilliseconds = 1_000_000_000_000m, MostMilliseconds = 100_000_000_000_000m;

    /// <summary>A moment: ISO 8601, UTC where it names no zone, or seconds or milliseconds since 1970; null where it is none.</summary>
    public static DateTimeOffset? Moment(string text)
    {
        if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var number))
        {
            return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) ? moment : null;
        }

        return number is >= LeastSeconds and < MostSeconds ? DateTimeOffset.UnixEpoch.AddTicks((long)(number * TimeSpan.TicksPerSecond))
            : number is >= LeastMilliseconds and < MostMilliseconds ? DateTimeOffset.UnixEpoch.AddTicks((long)(number * TimeSpan.TicksPerMillisecond))
            : null;
    }

    /// <summary>US dollars, with or without the sign; none is 0. Null where it is no amount, or less than nothing.</summary>
    public static decimal? Usd(string text)
    {
        var amount = text.Trim().TrimStart('$');
        return amount.Length == 0 ? 0 : decimal.TryParse(amount, NumberStyles.Number, CultureInfo.InvariantCulture, out var usd) && usd >= 0 ? usd : null;
    }
}
