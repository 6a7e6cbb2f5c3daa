using Npgsql;
using NpgsqlTypes;
using VideoGen.Budgets;

namespace VideoGen.Storage.Budgets;

/// <summary>The rows of <c>funds</c>, <c>accounts</c> and <c>ledger</c>: how they are asked for, read and written, many in one statement.</summary>
internal static class MoneyRows
{
    public static NpgsqlBatchCommand SelectFunds(IReadOnlyList<FundsId> wanted) => new(
        """
        select request_key, round, job_id, revision, state, client, user_name, model, account, day, usd, reserved_usd, source
        from videogen.read_funds($1, $2, $3)
        """)
    {
        Parameters =
        {
            Column(NpgsqlDbType.Text, wanted, id => id.RequestKey),
            Column(NpgsqlDbType.Integer, wanted, id => id.Round),
            Column(NpgsqlDbType.Text, wanted, id => id.JobId),
        },
    };

    public static Funds FundsIn(NpgsqlDataReader row) => new(
        new(row.GetString(0), row.GetInt32(1), row.GetString(2)),
        row.GetInt64(3),
        LedgerWords.State(row.GetString(4)),
        new(new(row.GetString(5), row.GetString(6)), row.GetString(7), row.GetString(8), row.GetFieldValue<DateOnly>(9)),
        row.GetDecimal(10),
        row.GetDecimal(11),
        row.IsDBNull(12) ? null : LedgerWords.Source(row.GetString(12)));

    public static NpgsqlBatchCommand SelectAccounts(IReadOnlyList<AccountId> wanted) => new(
        "select scope, period, cap_usd, reserved_usd, spent_usd, at_risk_usd from videogen.read_accounts($1, $2)")
    {
        Parameters = { Column(NpgsqlDbType.Text, wanted, id => id.Scope), Column(NpgsqlDbType.Text, wanted, id => id.Period) },
    };

    public static Account AccountIn(NpgsqlDataReader row) => new(
        new(row.GetString(0), row.GetString(1)), row.IsDBNull(2) ? null : row.GetDecimal(2), row.GetDecimal(3), row.GetDecimal(4), row.GetDecimal(5));

    public static NpgsqlBatchCommand Write(IReadOnlyCollection<Funds> funds) => new(
        """
        insert into videogen.funds as f
          (request_key, round, job_id, revision, state, client, user_name, model, account, day, usd, reserved_usd, source)
        select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        on conflict (request_key, round, job_id) do update set
          revision = excluded.revision, state = excluded.state, client = excluded.client, user_name = excluded.user_name,
          model = excluded.model, account = excluded.account, day = excluded.day,
          usd = excluded.usd, reserved_usd = excluded.reserved_usd, source = excluded.source
        """)
    {
        Parameters =
        {
            Column(NpgsqlDbType.Text, funds, f => f.Id.RequestKey),
            Column(NpgsqlDbType.Integer, funds, f => f.Id.Round),
            Column(NpgsqlDbType.Text, funds, f => f.Id.JobId),
            Column(NpgsqlDbType.Bigint, funds, f => f.Revision),
            Column(NpgsqlDbType.Text, funds, f => LedgerWords.Of(f.State)),
            Column(NpgsqlDbType.Text, funds, f => f.Payment.Owner.Client),
            Column(NpgsqlDbType.Text, funds, f => f.Payment.Owner.User),
            Column(NpgsqlDbType.Text, funds, f => f.Payment.Model),
            Column(NpgsqlDbType.Text, funds, f => f.Payment.Account),
            Column(NpgsqlDbType.Date, funds, f => f.Payment.Day),
            Column(NpgsqlDbType.Numeric, funds, f => f.Usd),
            Column(NpgsqlDbType.Numeric, funds, f => f.ReservedUsd),
            Column(NpgsqlDbType.Text, funds, f => Word(f.Source)),
        },
    };

    public static NpgsqlBatchCommand Write(IReadOnlyCollection<Account> accounts) => new(
        """
        insert into videogen.accounts as a (scope, period, cap_usd, reserved_usd, spent_usd, at_risk_usd)
        select * from unnest($1, $2, $3, $4, $5, $6)
        on conflict (scope, period) do update set
          cap_usd = excluded.cap_usd, reserved_usd = excluded.reserved_usd, spent_usd = excluded.spent_usd, at_risk_usd = excluded.at_risk_usd
        """)
    {
        Parameters =
        {
            Column(NpgsqlDbType.Text, accounts, a => a.Id.Scope),
            Column(NpgsqlDbType.Text, accounts, a => a.Id.Period),
            Column(NpgsqlDbType.Numeric, accounts, a => a.CapUsd),
            Column(NpgsqlDbType.Numeric, accounts, a => a.ReservedUsd),
            Column(NpgsqlDbType.Numeric, accounts, a => a.SpentUsd),
            Column(NpgsqlDbType.Numeric, accounts, a => a.AtRiskUsd),
        },
    };

    public static NpgsqlBatchCommand Append(IReadOnlyCollection<LedgerEntry> entries) => new(
        """
        insert into videogen.ledger
          (at, request_key, round, job_id, client, user_name, model, account, day, from_state, to_state, from_usd, usd, source)
        select at, request_key, round, job_id, client, user_name, model, account, day, from_state, to_state, from_usd, usd, source
        from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) with ordinality as e
          (at, request_key, round, job_id, client, user_name, model, account, day, from_state, to_state, from_usd, usd, source, place)
        order by place
        """)
    {
        Parameters =
        {
            Column(NpgsqlDbType.TimestampTz, entries, e => e.At.UtcDateTime),
            Column(NpgsqlDbType.Text, entries, e => e.Id.RequestKey),
            Column(NpgsqlDbType.Integer, entries, e => e.Id.Round),
            Column(NpgsqlDbType.Text, entries, e => e.Id.JobId),
            Column(NpgsqlDbType.Text, entries, e => e.Payment.Owner.Client),
            Column(NpgsqlDbType.Text, entries, e => e.Payment.Owner.User),
            Column(NpgsqlDbType.Text, entries, e => e.Payment.Model),
            Column(NpgsqlDbType.Text, entries, e => e.Payment.Account),
            Column(NpgsqlDbType.Date, entries, e => e.Payment.Day),
            Column(NpgsqlDbType.Text, entries, e => e.From is { } from ? LedgerWords.Of(from) : null),
            Column(NpgsqlDbType.Text, entries, e => LedgerWords.Of(e.To)),
            Column(NpgsqlDbType.Numeric, entries, e => e.FromUsd),
            Column(NpgsqlDbType.Numeric, entries, e => e.Usd),
            Column(NpgsqlDbType.Text, entries, e => Word(e.Source)),
        },
    };

    private static string? Word(CostSource? source) => source is { } known ? LedgerWords.Of(known) : null;

    private static NpgsqlParameter Column<TRow, T>(NpgsqlDbType type, IReadOnlyCollection<TRow> rows, Func<TRow, T> value) =>
        new() { NpgsqlDbType = NpgsqlDbType.Array | type, Value = rows.Select(value).ToArray() };
}
