using Npgsql;
using NpgsqlTypes;
using VideoGen.Budgets;
using VideoGen.Storage.Reconciles;

namespace VideoGen.Storage.Budgets;

/// <summary>The rows of <c>pauses</c> and <c>submits</c>. Which pauses are in force is told by the database's clock.</summary>
internal sealed class PauseTable(NpgsqlDataSource database)
{
    private const string Columns = "scope, kind, reason, since, until";

    private static readonly Dictionary<PauseKind, string> Words = new()
    {
        [PauseKind.Operator] = "operator",
        [PauseKind.Reconcile] = "reconcile",
        [PauseKind.SpendBreaker] = "spend_breaker",
    };

    /// <returns>The database's clock, and those that are in force by it.</returns>
    public async Task<(DateTimeOffset Clock, List<Pause> Pauses)> Read(CancellationToken cancellationToken)
    {
        var rows = await Rows(
            $"select now.clock, {Columns} from (select videogen.clock()) now (clock) left join lateral videogen.pauses_in_force(now.clock) on true order by scope, kind",
            [],
            row => (Clock: row.GetFieldValue<DateTimeOffset>(0), Pause: PauseIn(row, 1)),
            cancellationToken).ConfigureAwait(false);
        return (rows[0].Clock, [.. rows.Select(row => row.Pause).OfType<Pause>()]);
    }

    /// <summary>Looks for many submits together, one after another and in one commit: the lock that counts them is held once for all.</summary>
    /// <returns>An answer for each, in their order.</returns>
    public async Task<IReadOnlyList<Look>> Look(IReadOnlyList<LookAsk> asks, CancellationToken cancellationToken)
    {
        var scopes = asks.Select(ask => Scopes.Of(ask.Submit.Owner, ask.Submit.Account)).ToList();
        var looks = await Rows(
            $"""
            select l.held_scope, l.held_kind, l.held_reason, l.held_since, l.held_until, l.clock, l.remembers, l.passed, coalesce((select i.id from videogen.installation i), ''), m.*, a.place
            from unnest($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21) with ordinality as
              a (host_clock, remembered, nonce, client, user_name, account, usd, request_key, round, attempt, scope1, scope2, scope3, scope4, per_minute, streak_usd, streak_for, client_usd, reset_after, place)
            cross join lateral videogen.last_look(
              a.host_clock, $22, a.remembered, $1, $2, a.nonce, a.client, a.user_name, a.account, a.usd, a.request_key, a.round, a.attempt,
              array[a.scope1, a.scope2, a.scope3, a.scope4], a.per_minute, a.streak_usd, a.streak_for, a.client_usd, a.reset_after) l
            cross join lateral ({MarkQuery.Text}) m
            """,
            [
                Value(NpgsqlDbType.Integer, AdvisoryLocks.Space),
                Value(NpgsqlDbType.Integer, AdvisoryLocks.Submits),
                Each(NpgsqlDbType.TimestampTz, ask => ask.Clock.UtcDateTime),
                Each(NpgsqlDbType.Text, ask => ask.Remembered),
                Each(NpgsqlDbType.Text, ask => ask.Submit.Nonce),
                Each(NpgsqlDbType.Text, ask => ask.Submit.Owner.Client),
                Each(NpgsqlDbType.Text, ask => ask.Submit.Owner.User),
                Each(NpgsqlDbType.Text, ask => ask.Submit.Account),
                Each(NpgsqlDbType.Numeric, ask => ask.Submit.Usd),
                Each(NpgsqlDbType.Text, ask => ask.Submit.RequestKey),
                Each(NpgsqlDbType.Integer, ask => ask.Submit.Round),
                Each(NpgsqlDbType.Integer, ask => ask.Submit.Attempt),
                .. Enumerable.Range(0, 4).Select(wide => Value(NpgsqlDbType.Array | NpgsqlDbType.Text, scopes.ConvertAll(of => of[wide]).ToArray())),
                Each(NpgsqlDbType.Integer, ask => ask.Limits.SubmitsPerMinute),
                Each(NpgsqlDbType.Numeric, ask => ask.Limits.StreakUsd),
                Each(NpgsqlDbType.Interval, ask => ask.Limits.StreakFor),
                Each(NpgsqlDbType.Numeric, ask => ask.Limits.ClientUsdPerHour),
                Each(NpgsqlDbType.Interval, ask => ask.Limits.ResetAfter),
                Value(NpgsqlDbType.Interval, ClockWatch.Slack),
            ],
            row => (Place: row.GetInt64(12), Look: new Look(row.GetFieldValue<DateTimeOffset>(5), row.GetBoolean(6), row.GetBoolean(7), MarkQuery.MarkIn(row, 9, row.GetString(8)), PauseIn(row, 0))),
            cancellationToken).ConfigureAwait(false);
        return [.. looks.OrderBy(look => look.Place).Select(look => look.Look)];

        NpgsqlParameter Each<T>(NpgsqlDbType type, Func<LookAsk, T> of) => Value(NpgsqlDbType.Array | type, asks.Select(of).ToArray());
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
        from (select scope, kind, reason, since, until from videogen.pauses_in_force(clock_timestamp()) where scope = $1 and kind <> 'reconcile') was
        where p.scope = was.scope and p.kind = was.kind
        returning was.scope, was.kind, was.reason, was.since, was.until
        """,
        [Value(NpgsqlDbType.Text, scope)],
        cancellationToken);

    private Task<List<Pause>> Rows(string text, NpgsqlParameter[] parameters, CancellationToken cancellationToken) =>
        Rows(text, parameters, row => PauseIn(row, 0)!, cancellationToken);

    private Task<List<T>> Rows<T>(string text, NpgsqlParameter[] parameters, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken) => CleanSession.Use(
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
                    var found = new List<T>();
                    while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false)) found.Add(read(rows));
                    return found;
                }
            }
        },
        cancellationToken);

    // Null where the five columns from the first one on are.
    private static Pause? PauseIn(NpgsqlDataReader row, int first) => row.IsDBNull(first) ? null : new(
        row.GetString(first),
        Words.First(w => w.Value == row.GetString(first + 1)).Key,
        row.GetString(first + 2),
        row.GetFieldValue<DateTimeOffset>(first + 3),
        row.IsDBNull(first + 4) ? null : row.GetFieldValue<DateTimeOffset>(first + 4));

    private static NpgsqlParameter Value(NpgsqlDbType type, object? value) => new() { NpgsqlDbType = type, Value = value ?? DBNull.Value };
}

/// <summary>A paid submit for which the last look is asked.</summary>
/// <param name="Submit">What is about to be sent.</param>
/// <param name="Limits">When the spend breaker trips.</param>
/// <param name="Clock">This host's clock.</param>
/// <param name="Remembered">The nonce of the last submit that the host remembers; null where the database need not know it any more.</param>
internal sealed record LookAsk(PaidSubmit Submit, SpendLimits Limits, DateTimeOffset Clock, string? Remembered);
