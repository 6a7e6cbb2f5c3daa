using Npgsql;
using VideoGen.Budgets;
using VideoGen.Storage.Budgets;

namespace VideoGen.Storage.Tests.Budgets;

/// <summary>The tables of money, looked at beside the ledger.</summary>
internal static class LedgerTables
{
    /// <summary>As a new installation has them. History refuses that to everybody, but to who puts its triggers out of force.</summary>
    public static Task Empty(StorageDatabase database) => database.Run(
        """
        do $$
        begin
          set local session_replication_role = replica;
          truncate videogen.funds, videogen.accounts, videogen.ledger;
        end
        $$
        """);

    public static async Task<IReadOnlyList<LedgerEntry>> History(StorageDatabase database)
    {
        await using var command = database.Pool.CreateCommand(
            "select at, request_key, round, job_id, client, user_name, model, account, day, from_state, to_state, from_usd, usd, source from videogen.ledger order by id");
        await using var rows = await command.ExecuteReaderAsync();
        var entries = new List<LedgerEntry>();
        while (await rows.ReadAsync()) entries.Add(EntryIn(rows));
        return entries;
    }

    private static LedgerEntry EntryIn(NpgsqlDataReader row) => new(
        new(row.GetString(1), row.GetInt32(2), row.GetString(3)),
        new(new(row.GetString(4), row.GetString(5)), row.GetString(6), row.GetString(7), row.GetFieldValue<DateOnly>(8)),
        row.IsDBNull(9) ? null : LedgerWords.State(row.GetString(9)),
        LedgerWords.State(row.GetString(10)),
        row.GetDecimal(11),
        row.GetDecimal(12),
        row.IsDBNull(13) ? null : LedgerWords.Source(row.GetString(13)),
        row.GetFieldValue<DateTimeOffset>(0));
}
