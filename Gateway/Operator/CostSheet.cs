using System.Globalization;
using System.Text;
using VideoGen.Reports;

namespace VideoGen.Gateway.Operator;

/// <summary>The costs as CSV (RFC 4180), for a spreadsheet.</summary>
internal sealed class CostSheet(DateOnly from, DateOnly to, IReadOnlyList<CostGroup> by, IReadOnlyList<CostLine> lines) : IResult
{
    public const string MediaType = "text/csv";

    private const string EndOfLine = "\r\n";

    /// <summary>What a spreadsheet takes for the beginning of a formula.</summary>
    private const string BeginsFormula = "=+-@\t\r\n";

    private static readonly string[] Sums = ["spent_usd", "spent", "reserved_usd", "reserved", "at_risk_usd", "at_risk", "prevented_usd", "prevented"];

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var bytes = Encoding.UTF8.GetBytes(Text());
        var response = httpContext.Response;
        response.ContentType = $"{MediaType}; charset=utf-8; header=present";
        response.ContentLength = bytes.Length;
        response.Headers.ContentDisposition = $"attachment; filename=\"costs-{CostsBody.Day(from)}-{CostsBody.Day(to)}.csv\"";
        return response.Body.WriteAsync(bytes, 0, bytes.Length, httpContext.RequestAborted);
    }

    private string Text()
    {
        // A user is one of a client, so the client's name stands beside the user's.
        CostGroup[] groups = [.. by.SelectMany(group => group == CostGroup.User ? [CostGroup.Client, CostGroup.User] : new[] { group }).Distinct()];
        var text = new StringBuilder().AppendJoin(',', groups.Select(CostRoutes.Word).Concat(Sums)).Append(EndOfLine);
        foreach (var line in lines)
        {
            text.AppendJoin(',', groups.Select(group => Cell(line, group)).Concat(Numbers(line.Sums))).Append(EndOfLine);
        }

        return text.ToString();
    }

    private static string Cell(CostLine line, CostGroup group) => group switch
    {
        CostGroup.Day => CostsBody.Day(line.Day) ?? "",
        CostGroup.Client => Quoted(line.Client),
        CostGroup.User => Quoted(line.User),
        CostGroup.Model => Quoted(line.Model),
        CostGroup.Provider => Quoted(line.Provider),
        _ => throw new ArgumentOutOfRangeException(nameof(group), group, null),
    };

    private static string[] Numbers(CostSums sums) =>
    [
        Number(sums.SpentUsd), Number(sums.Spent), Number(sums.ReservedUsd), Number(sums.Reserved),
        Number(sums.AtRiskUsd), Number(sums.AtRisk), Number(sums.PreventedUsd), Number(sums.Prevented),
    ];

    private static string Number(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);

    // Always in quotes, because some spreadsheets part cells at other characters too. What would be a formula gets an apostrophe before it:
    // a user's name is a stranger's text, and whoever opens this has more rights than that stranger.
    private static string Quoted(string? name) => string.IsNullOrEmpty(name) ? ""
        : $"\"{(BeginsFormula.Contains(name[0], StringComparison.Ordinal) ? "'" : "")}{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
