using System.Globalization;
using System.Text;
using System.Text.Json;
using VideoGen.Access;
using VideoGen.Gateway.Operator;

namespace VideoGen.Silo.Access;

/// <summary>A list of keys for people and for programs.</summary>
internal static class KeysTable
{
    private const string Gap = "  ";

    private static readonly string[] Titles = ["ID", "PREFIX", "CLIENT", "PLAN", "SCOPES", "NAME", "CREATED (UTC)", "LAST USED", "EXPIRES", "REVOKED"];

    private static readonly JsonSerializerOptions Wire = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    public static string Text(IReadOnlyList<StoredKey> keys)
    {
        string[][] lines =
        [
            Titles,
            .. keys.Select(k => (string[])
            [
                k.Id.ToString(CultureInfo.InvariantCulture), k.Prefix, k.Client, k.Plan ?? ClientPlan.Default, string.Join(',', k.Scopes.Words()), k.Name ?? "-",
                Time(k.CreatedAt), Time(k.LastUsedAt), Time(k.ExpiresAt), Time(k.RevokedAt),
            ]),
        ];
        var widths = Enumerable.Range(0, Titles.Length).Select(column => lines.Max(line => line[column].Length)).ToArray();
        var text = new StringBuilder();
        foreach (var line in lines) text.AppendLine(string.Join(Gap, line.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        return text.ToString();
    }

    /// <summary>As <c>GET /api/admin/keys</c> has them.</summary>
    public static string Json(IReadOnlyList<StoredKey> keys) => JsonSerializer.Serialize(keys.Select(KeyBody.Of), Wire) + Environment.NewLine;

    private static string Time(DateTimeOffset? at) => at is { } time ? time.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) : "-";
}
