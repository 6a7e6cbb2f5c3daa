using System.Globalization;
using VideoGen.Access;
using VideoGen.Requests;

namespace VideoGen.Gateway.Operator;

/// <summary>What the operator's lists have in common in their addresses: whose, how many, and where the page before ended.</summary>
internal static class PageQuery
{
    public const string PlaceBound = "must be 'next' of the page before, or a moment as 2026-11-21T18:30:00Z.";

    public const string ClientBound = "must be the name of a client: 1 to 64 of a-z, 0-9, dash and underscore.";

    public static readonly string UserBound = string.Create(CultureInfo.InvariantCulture, $"must be the name of a user: 1 to {Owner.MaxUserLength} visible ASCII characters.");

    /// <summary>The end of the year 9999, in Unix milliseconds.</summary>
    private const long MaxMilliseconds = 253_402_300_800_000;

    public static string LimitBound(int most) => string.Create(CultureInfo.InvariantCulture, $"must be a whole number from 1 to {most}.");

    /// <summary>The text; null where it is empty, or not there.</summary>
    public static string? Named(string? text) => string.IsNullOrEmpty(text) ? null : text;

    /// <summary>What a page ended with, for the next one.</summary>
    public static string PlaceOf(DateTimeOffset at, VideoId id) => string.Create(CultureInfo.InvariantCulture, $"{at.ToUnixTimeMilliseconds()}_{id}");

    /// <summary>Reads such a place, or a moment; null where nothing is said.</summary>
    public static bool TryPlace(string? text, out (DateTimeOffset At, VideoId? Id)? place)
    {
        place = null;
        if (string.IsNullOrEmpty(text)) return true;
        if (text.Split('_', 2) is [var ms, var id] && long.TryParse(ms, NumberStyles.None, CultureInfo.InvariantCulture, out var at) && at < MaxMilliseconds && VideoId.TryParse(id, out var video))
        {
            place = (DateTimeOffset.FromUnixTimeMilliseconds(at), video);
        }
        else if (StrictBody.TryMoment(text, out var moment))
        {
            place = (moment, null);
        }

        return place is not null;
    }

    public static bool TryLimit(string? text, int otherwise, int most, out int limit)
    {
        limit = otherwise;
        return string.IsNullOrEmpty(text) || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) && limit > 0 && limit <= most);
    }
}
