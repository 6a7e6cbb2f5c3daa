namespace VideoGen.Bench;

/// <summary>What the server has done since it was made, or between two of these.</summary>
/// <param name="Transactions">That ended well, those that only read too.</param>
/// <param name="Writing">Transactions that were given a number, which is done for those that write.</param>
/// <param name="Bytes">Of write-ahead log.</param>
/// <param name="Rows">Rows that were inserted, updated or deleted, by table; those of <c>grain_state</c> by the state's name.</param>
internal sealed record PostgresCounts(double Transactions, double Writing, double Bytes, IReadOnlyDictionary<string, double> Rows)
{
    public PostgresCounts Since(PostgresCounts before) => Combine(before, (now, then) => now - then);

    /// <summary>Without what so much of another one is: what an idle host does in that time, say.</summary>
    public PostgresCounts Without(PostgresCounts other, double times) => Combine(other, (mine, others) => mine - (others * times));

    public PostgresCounts Each(double of) => Combine(this, (mine, _) => mine / of);

    private PostgresCounts Combine(PostgresCounts other, Func<double, double, double> with) => new(
        with(Transactions, other.Transactions),
        with(Writing, other.Writing),
        with(Bytes, other.Bytes),
        Rows.Keys.Union(other.Rows.Keys).ToDictionary(table => table, table => with(Rows.GetValueOrDefault(table), other.Rows.GetValueOrDefault(table))));
}
