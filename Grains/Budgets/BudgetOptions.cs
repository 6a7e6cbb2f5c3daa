using System.ComponentModel.DataAnnotations;

namespace VideoGen.Grains.Budgets;

/// <summary>
/// How much may be spent (configuration section <c>Budgets</c>), US dollars. Days and months are calendar ones. What has no cap is not
/// bounded. What is at risk counts against every cap until it is known, on whatever day it was reserved.
/// </summary>
public sealed class BudgetOptions : IValidatableObject
{
    public const string Section = "Budgets";

    /// <summary>Whoever configures higher caps than this has mistyped them.</summary>
    private const double MostUsd = 10_000_000;

    /// <summary>At which parts of a cap an alert is raised, each once for each day or month.</summary>
    public static readonly IReadOnlyList<decimal> AlertAt = [0.5m, 0.8m, 1m];

    /// <summary>Of all together in a day. Default: 50.</summary>
    [Range(0, MostUsd)]
    public decimal? GlobalDailyUsd { get; set; } = 50;

    /// <summary>Of all together in a month. Default: no cap.</summary>
    [Range(0, MostUsd)]
    public decimal? GlobalMonthlyUsd { get; set; }

    /// <summary>Of each client, with all its users, in a day. Default: no cap.</summary>
    [Range(0, MostUsd)]
    public decimal? ClientDailyUsd { get; set; }

    /// <summary>Of each client, with all its users, in a month. Default: no cap.</summary>
    [Range(0, MostUsd)]
    public decimal? ClientMonthlyUsd { get; set; }

    /// <summary>Of each user in a day. Default: no cap.</summary>
    [Range(0, MostUsd)]
    public decimal? UserDailyUsd { get; set; }

    /// <summary>Of each user in a month. Default: no cap.</summary>
    [Range(0, MostUsd)]
    public decimal? UserMonthlyUsd { get; set; }

    /// <summary>Paid to each provider account in a day. Default: no cap.</summary>
    [Range(0, MostUsd)]
    public decimal? ProviderDailyUsd { get; set; }

    /// <summary>Paid to each provider account in a month. Default: no cap.</summary>
    [Range(0, MostUsd)]
    public decimal? ProviderMonthlyUsd { get; set; }

    /// <summary>Where a day begins, as an IANA name (<c>Europe/Berlin</c>). What is reserved keeps its day. Default: <c>UTC</c>.</summary>
    public string TimeZone { get; set; } = "UTC";

    /// <summary>The day of a moment.</summary>
    public DateOnly DayOf(DateTimeOffset at) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at, TimeZoneInfo.FindSystemTimeZoneById(TimeZone)).DateTime);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out _))
        {
            yield return new($"{Section}:{nameof(TimeZone)} ('{TimeZone}') is no time zone of this machine; use an IANA name as Europe/Berlin, or UTC.", [nameof(TimeZone)]);
        }
    }
}
