using System.Globalization;
using VideoGen.Gateway.OpenApi;
using VideoGen.Reports;

namespace VideoGen.Gateway.Operator;

/// <summary><c>GET /api/admin/costs</c>: what was paid, is held, is at risk and was prevented, as JSON or as CSV for a spreadsheet.</summary>
internal static class CostRoutes
{
    public const string Path = "/api/admin/costs";

    /// <summary>The most days of one answer: a leap year.</summary>
    private const int MaxDays = 366;

    private const int DefaultDays = 30, MaxLines = 10_000;

    private static readonly Dictionary<string, CostGroup> Groups = Enum.GetValues<CostGroup>().ToDictionary(g => g.ToString().ToLowerInvariant(), StringComparer.Ordinal);

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet(Path, Get).Documented(OperatorOperations.Costs);

    private static async Task<IResult> Get(HttpContext http, ICostBook book, TimeProvider time, CancellationToken cancellationToken)
    {
        var query = http.Request.Query;
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        if (!TryDay(query["to"], today, out var to)) return Problems.Field("to", DayBound);
        if (!TryDay(query["from"], to.AddDays(1 - Math.Min(DefaultDays, to.DayNumber + 1)), out var from)) return Problems.Field("from", DayBound);
        if (from > to) return Problems.Field("from", "must not be after 'to'.");
        if (to.DayNumber - from.DayNumber >= MaxDays) return Problems.Field("from", $"must be at most {MaxDays} days before the day after 'to'.");
        if (!TryGroups(query["by"], out var by)) return Problems.Field("by", $"must be some of {string.Join(", ", Groups.Keys)}, separated by commas, each once.");
        if (!TryFormat(http.Request, out var asCsv)) return Problems.Field("format", "must be json or csv.");

        var lines = await book.Costs(new(from, to, by, MaxLines + 1), cancellationToken);
        if (lines.Count > MaxLines) return Problems.Field("by", string.Create(CultureInfo.InvariantCulture, $"would make more than {MaxLines} lines; ask for fewer days, or keep less apart."));
        return asCsv ? new CostSheet(from, to, by, lines) : WireJson.Answer(CostsBody.Of(from, to, by, lines));
    }

    /// <summary>How a group is spelled.</summary>
    public static string Word(CostGroup group) => Groups.First(g => g.Value == group).Key;

    private const string DayBound = "must be a day as 2026-11-21 (UTC).";

    private static bool TryDay(string? text, DateOnly otherwise, out DateOnly day)
    {
        day = otherwise;
        return string.IsNullOrEmpty(text) || DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out day);
    }

    private static bool TryGroups(string? text, out IReadOnlyList<CostGroup> by)
    {
        var words = text is null ? [nameof(CostGroup.Day).ToLowerInvariant()] : text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        by = [.. words.Where(Groups.ContainsKey).Select(word => Groups[word]).Distinct()];
        return by.Count == words.Length;
    }

    // What is asked for in the address goes before what a browser says that it can read.
    private static bool TryFormat(HttpRequest request, out bool asCsv)
    {
        var asked = request.Query["format"].ToString();
        var best = request.GetTypedHeaders().Accept.MaxBy(type => type.Quality ?? 1);
        asCsv = asked is "csv" || (asked.Length == 0 && best is { } wanted && wanted.MediaType.Equals(CostSheet.MediaType, StringComparison.OrdinalIgnoreCase));
        return asked is "" or "csv" or "json";
    }
}

/// <summary>The costs as JSON. A name is null where the line is not of one.</summary>
internal sealed record CostsBody(string From, string To, IEnumerable<string> By, IReadOnlyList<CostsLine> Lines, CostsSums Total)
{
    public static CostsBody Of(DateOnly from, DateOnly to, IReadOnlyList<CostGroup> by, IReadOnlyList<CostLine> lines) => new(
        Day(from)!, Day(to)!, by.Select(CostRoutes.Word),
        [.. lines.Select(line => new CostsLine(Day(line.Day), line.Client, line.User, line.Model, line.Provider, CostsSums.Of(line.Sums)))],
        CostsSums.Of(lines.Select(line => line.Sums).Aggregate(new CostSums(0, 0, 0, 0, 0, 0, 0, 0), (sum, line) => sum + line)));

    public static string? Day(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}

internal sealed record CostsLine(string? Day, string? Client, string? User, string? Model, string? Provider, CostsSums Sums);

internal sealed record CostsSums(CostsSum Spent, CostsSum Reserved, CostsSum AtRisk, CostsSum Prevented)
{
    public static CostsSums Of(CostSums sums) => new(
        new(sums.SpentUsd, sums.Spent), new(sums.ReservedUsd, sums.Reserved), new(sums.AtRiskUsd, sums.AtRisk), new(sums.PreventedUsd, sums.Prevented));
}

internal sealed record CostsSum(decimal Usd, long Count);
