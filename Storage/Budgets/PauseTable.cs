using Npgsql;
using NpgsqlTypes;
using VideoGen.Budgets;

namespace VideoGen.Storage.Budgets;

/// <summary>The rows of <c>pauses</c> and <c>submits</c>. Which pauses are in force is told by the database's clock.</summary>
internal sealed class PauseTable(NpgsqlDataSource database)
{
    private const string Columns = "scope, kind, reason, since, until";

    private static readonly Dictionary<PauseKind, string> Words = new()
    {
        [PauseKind.Operator] = "operator",
        [PauseKind.SpendBreaker] = "spend_breaker",
    };

    public Task<List<Pause>> Read(CancellationToken cancellationToken) =>
        Rows($"select {Columns} from videogen.pauses_in_force(clock_timestamp()) order by scope, kind", [], cancellationToken);

    public async Task<Pause?> Pass(PaidSubmit submit, SpendLimits limits, CancellationToken cancellationToken)
    {
        var held = await Rows(
            $"select {Columns} from videogen.pass_submit($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
            [
                Value(NpgsqlDbType.Integer, AdvisoryLocks.Space),
                Value(NpgsqlDbType.Integer, AdvisoryLocks.Submits),
                Value(NpgsqlDbType.Text, submit.Nonce),
                Value(NpgsqlDbType.Text, submit.Owner.Client),
                Value(NpgsqlDbType.Text, submit.Owner.User),
                Value(NpgsqlDbType.Text, submit.Account),
                Value(NpgsqlDbType.Numeric, submit.Usd),
                Value(NpgsqlDbType.Text, submit.RequestKey),
                Value(NpgsqlDbType.Integer, submit.Round),
                Value(NpgsqlDbType.Integer, submit.Attempt),
                Value(NpgsqlDbType.Array | NpgsqlDbType.Text, Scopes.Of(submit.Owner, submit.Account).ToArray()),
                Value(NpgsqlDbType.Integer, limits.SubmitsPerMinute),
                Value(NpgsqlDbType.Numeric, limits.StreakUsd),
                Value(NpgsqlDbType.Interval, limits.StreakFor),
                Value(NpgsqlDbType.Numeric, limits.ClientUsdPerHour),
                Value(NpgsqlDbType.Interval, limits.ResetAfter),
            ],
            cancellationToken).ConfigureAwait(false);
        return held.SingleOrDefault();
    }

    public Task<List<Pause>> Set(Pause pause, CancellationToken cancellationToken) => Rows(
        $"""
        insert into videogen.pauses ({Columns}) values ($1, $2, $3, $4, $5)
        on conflict (scope, kind) do update set reason = excluded.reason, since = excluded.since, until = excluded.until
        returning {Columns}
        """,
        [
            Value(NpgsqlDbType.Text, pause.Scope),
            Value(NpgsqlDbType.Text, Words[pause.Kind]),
            Value(NpgsqlDbType.Text, pause.Reason),
            Value(NpgsqlDbType.TimestampTz, pause.Since.UtcDateTime),
            Value(NpgsqlDbType.TimestampTz, pause.Until?.UtcDateTime),
        ],
        cancellationToken);

    /// <summary>Ends those in force now; they are answered as they were.</summary>
    public Task<List<Pause>> Lift(string scope, CancellationToken cancellationToken) => Rows(
        """
        update videogen.pauses p set until = clock_timestamp()
        from (select scope, kind, reason, since, until from videogen.pauses_in_force(clock_timestamp()) where scope = $1) was
        where p.scope = was.scope and p.kind = was.kind
        returning was.scope, was.kind, was.reason, was.since, was.until
        """,
        [Value(NpgsqlDbType.Text, scope)],
        cancellationToken);

    private Task<List<Pause>> Rows(string text, NpgsqlParameter[] parameters, CancellationToken cancellationToken) => CleanSession.Use(
        database,
        async connection =>
        {
            var command = new NpgsqlCommand(text, connection);
            await using (command.ConfigureAwait(false))
            {
                command.Parameters.AddRange(parameters);
                var rows = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using (rows.ConfigureAwait(false))
                {
                    var pauses = new List<Pause>();
                    while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false)) pauses.Add(PauseIn(rows));
                    return pauses;
                }
            }
        },
        cancellationToken);

    private static Pause PauseIn(NpgsqlDataReader row) => new(
        row.GetString(0),
        Words.First(w => w.Value == row.GetString(1)).Key,
        row.GetString(2),
        row.GetFieldValue<DateTimeOffset>(3),
        row.IsDBNull(4) ? null : row.GetFieldValue<DateTimeOffset>(4));

    private static NpgsqlParameter Value(NpgsqlDbType type, object? value) => new() { NpgsqlDbType = type, Value = value ?? DBNull.Value };
}
