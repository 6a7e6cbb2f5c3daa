using Npgsql;
using VideoGen.Reports;

namespace VideoGen.Storage.Reports;

/// <summary>Costs from the view over the rows of money and of prevented payments.</summary>
/// <param name="database">The database.</param>
/// <param name="prevented">This process's own counts; null where it has no grains, and so counts nothing.</param>
public sealed class PostgresCostBook(NpgsqlDataSource database, PostgresPreventedPayments? prevented = null) : ICostBook
{
    // To the tenth decimal: a sum of amounts with very different digits could have more than a decimal holds.
    private static readonly string Sums = string.Join(", ",
        ((string[])["spent", "reserved", "at_risk", "prevented"]).Select(what => $"trim_scale(round(coalesce(sum({what}_usd), 0), 10)), coalesce(sum({what}), 0)::bigint"));

    /// <inheritdoc/>
    /// <remarks>This process's own counts are written first, so a caller sees what it just did; another host's may lag by a second.</remarks>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public async Task<IReadOnlyList<CostLine>> Costs(CostQuery query, CancellationToken cancellationToken)
    {
        if (prevented is not null) await prevented.Flush(cancellationToken).ConfigureAwait(false);

        var columns = query.By.SelectMany(ColumnsOf).Distinct(StringComparer.Ordinal).ToArray();
        var grouped = columns.Length == 0 ? "" : string.Join(", ", columns);
        return await database.Rows(
            $"""
            select {Sums}{(columns.Length == 0 ? "" : ", " + grouped)}
            from videogen.costs
            where day between $1 and $2
            {(columns.Length == 0 ? "" : $"group by {grouped} order by {grouped}")}
            limit $3
            """,
            [new NpgsqlParameter<DateOnly> { TypedValue = query.From }, new NpgsqlParameter<DateOnly> { TypedValue = query.To }, new NpgsqlParameter<int> { TypedValue = query.Limit }],
            row => LineIn(row, columns),
            cancellationToken).ConfigureAwait(false);
    }

    private static CostLine LineIn(NpgsqlDataReader row, string[] columns)
    {
        var sums = new CostSums(
            row.GetDecimal(0), row.GetInt64(1), row.GetDecimal(2), row.GetInt64(3), row.GetDecimal(4), row.GetInt64(5), row.GetDecimal(6), row.GetInt64(7));
        var day = At("day") is { } place ? row.GetFieldValue<DateOnly>(place) : (DateOnly?)null;
        return new(day, Text("client"), Text("user_name"), Text("model"), Text("provider"), sums);

        string? Text(string column) => At(column) is { } there && !row.IsDBNull(there) ? row.GetString(there) : null;

        int? At(string column) => Array.IndexOf(columns, column) is >= 0 and var index ? index + 8 : null;
    }

    private static string[] ColumnsOf(CostGroup group) => group switch
    {
        CostGroup.Day => ["day"],
        CostGroup.Client => ["client"],
        CostGroup.User => ["client", "user_name"],
        CostGroup.Model => ["model"],
        CostGroup.Provider => ["provider"],
        _ => throw new ArgumentOutOfRangeException(nameof(group), group, null),
    };
}
