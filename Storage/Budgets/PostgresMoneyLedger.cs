using System.Data;
using System.Globalization;
using Npgsql;
using VideoGen.Budgets;

namespace VideoGen.Storage.Budgets;

/// <summary>
/// The money ledger in PostgreSQL. A change is one transaction of two round trips: lock and read, then write and commit.
///
/// One lock is enough for all of it: every payment touches the budget of everybody together, so two changes could never go on side by
/// side, and whoever has the only lock cannot be in a circle of locks. Calls that wait share a change instead, see <see cref="IBudgetGrain"/>.
/// </summary>
public sealed class PostgresMoneyLedger(NpgsqlDataSource database) : IMoneyLedger
{
    /// <summary>
    /// How long the server lets a transaction stand that nobody goes on with. A process that is frozen between reading and writing holds
    /// everybody's money for so long at most; then its session is ended, and nothing of its change stands.
    /// </summary>
    internal static readonly TimeSpan LongestStandstill = TimeSpan.FromSeconds(5);

    /// <summary>How long a change waits for its turn: longer than one that stands still can hold it up, and less than a command may take.</summary>
    internal static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(8);

    // At any other level it would read what was there before it waited for the lock, whatever the database's default is.
    private const string Begin = "begin isolation level read committed";

    private static readonly string Standstill = string.Create(
        CultureInfo.InvariantCulture, $"set local idle_in_transaction_session_timeout = {(int)LongestStandstill.TotalMilliseconds}");

    private static readonly string Patience = string.Create(CultureInfo.InvariantCulture, $"set local lock_timeout = {(int)LongestWait.TotalMilliseconds}");

    private static readonly string Lock = $"select pg_advisory_xact_lock({AdvisoryLocks.Space}, {AdvisoryLocks.Money})";

    /// <inheritdoc/>
    /// <exception cref="NpgsqlException">The database did not answer, or refused: the change may or may not stand, unless it says that it was refused.</exception>
    public Task Change(IReadOnlyDictionary<FundsId, Payment> touched, Func<LedgerRows, LedgerChange> decide, CancellationToken cancellationToken) => CleanSession.Use(
        database,
        async connection =>
        {
            try
            {
                var rows = await LockAndRead(connection, touched, cancellationToken).ConfigureAwait(false);
                await WriteAndCommit(connection, decide(rows), cancellationToken).ConfigureAwait(false);
                return true;
            }
            catch when (connection.State == ConnectionState.Open)
            {
                await TryRollBack(connection).ConfigureAwait(false);
                throw;
            }
        },
        cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public Task<IReadOnlyDictionary<AccountId, Account>> Read(IReadOnlyCollection<AccountId> accounts, CancellationToken cancellationToken) => CleanSession.Use(
        database,
        async connection =>
        {
            var found = new Dictionary<AccountId, Account>();
            await ReadAccounts(connection, [.. accounts.Distinct()], found, cancellationToken).ConfigureAwait(false);
            return (IReadOnlyDictionary<AccountId, Account>)found;
        },
        cancellationToken);

    private static async Task<LedgerRows> LockAndRead(
        NpgsqlConnection connection, IReadOnlyDictionary<FundsId, Payment> touched, CancellationToken cancellationToken)
    {
        AccountId[] wanted = [.. touched.Values.Distinct().SelectMany(Scopes.AccountsOf).Distinct()];
        var funds = new Dictionary<FundsId, Funds>(touched.Count);
        var accounts = new Dictionary<AccountId, Account>();
        var batch = new NpgsqlBatch(connection)
        {
            BatchCommands = { new(Begin), new(Standstill), new(Patience), new(Lock), MoneyRows.SelectFunds([.. touched.Keys]), MoneyRows.SelectAccounts(wanted) },
        };
        await using (batch.ConfigureAwait(false))
        {
            // Each statement sees what was committed before it began, and these begin when the lock is held.
            var rows = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (rows.ConfigureAwait(false))
            {
                await rows.NextResultAsync(cancellationToken).ConfigureAwait(false); // Past the lock's own answer.
                while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    var found = MoneyRows.FundsIn(rows);
                    funds.Add(found.Id, found);
                }

                await rows.NextResultAsync(cancellationToken).ConfigureAwait(false);
                while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    var found = MoneyRows.AccountIn(rows);
                    accounts.Add(found.Id, found);
                }
            }
        }

        // Money that is booked elsewhere than is said now: what it has to be taken from there. Hardly ever, so it may cost a round trip.
        AccountId[] elsewhere = [.. funds.Values.Select(f => f.Payment).Distinct().SelectMany(Scopes.AccountsOf).Except(wanted)];
        if (elsewhere.Length > 0) await ReadAccounts(connection, elsewhere, accounts, cancellationToken).ConfigureAwait(false);
        return new(funds, accounts);
    }

    private static async Task ReadAccounts(
        NpgsqlConnection connection, AccountId[] wanted, Dictionary<AccountId, Account> into, CancellationToken cancellationToken)
    {
        var batch = new NpgsqlBatch(connection) { BatchCommands = { MoneyRows.SelectAccounts(wanted) } };
        await using (batch.ConfigureAwait(false))
        {
            var rows = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (rows.ConfigureAwait(false))
            {
                while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    var found = MoneyRows.AccountIn(rows);
                    into.Add(found.Id, found);
                }
            }
        }
    }

    private static async Task WriteAndCommit(NpgsqlConnection connection, LedgerChange change, CancellationToken cancellationToken)
    {
        var batch = new NpgsqlBatch(connection);
        await using (batch.ConfigureAwait(false))
        {
            if (change.Funds.Count > 0) batch.BatchCommands.Add(MoneyRows.Write(change.Funds));
            if (change.Accounts.Count > 0) batch.BatchCommands.Add(MoneyRows.Write(change.Accounts));
            if (change.Entries.Count > 0) batch.BatchCommands.Add(MoneyRows.Append(change.Entries));
            batch.BatchCommands.Add(new("commit")); // Not reached where one of them is refused: the server skips the rest of a batch.
            await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Gives the lock back at once.</summary>
    private static async Task TryRollBack(NpgsqlConnection connection)
    {
        try
        {
            var rollback = new NpgsqlCommand("rollback", connection);
            await using (rollback.ConfigureAwait(false))
            {
                await rollback.ExecuteNonQueryAsync(CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (NpgsqlException)
        {
            // The session is gone, and its transaction with it; what went wrong before is what the caller has to know.
        }
    }
}
