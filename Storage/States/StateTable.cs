using Npgsql;
using NpgsqlTypes;

namespace VideoGen.Storage.States;

/// <summary>
/// The rows of <c>grain_state</c>. Compare-and-set in the database decides which of two writers exists;
/// nothing above it needs to be right for that. Grains that read or write at the same time share commands, and so commits.
/// </summary>
internal sealed class StateTable
{
    /// <summary>More only make smaller batches: of one, two, four and eight lanes, two carried the most new videos.</summary>
    private const int Lanes = 2;

    private const int LargestBatch = 64;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly NpgsqlDataSource database;
    private readonly Batches<StateKey, StateRow?> reads;
    private readonly Batches<StateWrite, int?> writes;

    public StateTable(NpgsqlDataSource database)
    {
        this.database = database;
        reads = new(Lanes, LargestBatch, Patience, TimeProvider.System, Read);
        writes = new(Lanes, LargestBatch, Patience, TimeProvider.System, Write);
    }

    /// <summary>The document and its version; null where none was ever written.</summary>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public Task<StateRow?> Read(string name, string key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return reads.Ask(new(name, key)).WaitAsync(cancellationToken);
    }

    /// <summary>Writes a document over the version it was read at; null for a first write.</summary>
    /// <returns>The new version; null when the race is lost, and then nothing was written.</returns>
    /// <exception cref="NpgsqlException">Refused by the database, or without an answer: then it may or may not be written.</exception>
    public Task<int?> Write(string name, string key, int? expected, ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return writes.Ask(new(new(name, key), expected, json)).WaitAsync(cancellationToken);
    }

    private async Task Read(IReadOnlyList<Pending<StateKey, StateRow?>> batch)
    {
        var command = database.CreateCommand("select place, version, state from videogen.read_states($1, $2)");
        await using (command.ConfigureAwait(false))
        {
            AddKeys(command, batch.Select(pending => pending.Ask));
            var rows = await command.ExecuteReaderAsync().ConfigureAwait(false);
            await using (rows.ConfigureAwait(false))
            {
                while (await rows.ReadAsync().ConfigureAwait(false))
                {
                    var document = await rows.GetFieldValueAsync<byte[]>(2).ConfigureAwait(false);
                    batch[(int)rows.GetInt64(0) - 1].Succeed(new(rows.GetInt32(1), document));
                }
            }
        }

        foreach (var pending in batch) pending.Succeed(null); // Those that no row has answered.
    }

    private async Task Write(IReadOnlyList<Pending<StateWrite, int?>> batch)
    {
        // One statement changes a row once.
        if (batch.Count > 1 && batch.DistinctBy(pending => pending.Ask.Key).Count() == batch.Count)
        {
            try
            {
                await WriteTogether(batch).ConfigureAwait(false);
                return;
            }
            catch (PostgresException e) when (e.InvariantSeverity == "ERROR")
            {
                // The server undid all of them, for one document or for a circle of locks: alone, each gets its own answer.
            }
        }

        foreach (var pending in batch) await WriteAlone(pending).ConfigureAwait(false);
    }

    private Task WriteTogether(IReadOnlyList<Pending<StateWrite, int?>> batch) =>
        Send("select state_name, grain_key, version from videogen.write_states($1, $2, $3, $4)", async command =>
        {
            AddKeys(command, batch.Select(pending => pending.Ask.Key));
            command.Parameters.Add(new NpgsqlParameter<int?[]> { TypedValue = [.. batch.Select(pending => pending.Ask.Expected)] });
            command.Parameters.Add(new NpgsqlParameter<ReadOnlyMemory<byte>[]>
            {
                NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb,
                TypedValue = [.. batch.Select(pending => pending.Ask.Json)],
            });
            var written = new Dictionary<StateKey, int>(batch.Count);
            var rows = await command.ExecuteReaderAsync().ConfigureAwait(false);
            await using (rows.ConfigureAwait(false))
            {
                while (await rows.ReadAsync().ConfigureAwait(false)) written.Add(new(rows.GetString(0), rows.GetString(1)), rows.GetInt32(2));
            }

            // Only now: an answer that was read to its end comes after the commit.
            foreach (var pending in batch) pending.Succeed(written.TryGetValue(pending.Ask.Key, out var version) ? version : null);
        });

    private async Task WriteAlone(Pending<StateWrite, int?> pending)
    {
        try
        {
            await Send("select version from videogen.write_state($1, $2, $3, $4)", async command =>
            {
                command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = pending.Ask.Key.Name });
                command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = pending.Ask.Key.Key });
                command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Integer, Value = (object?)pending.Ask.Expected ?? DBNull.Value });
                command.Parameters.Add(new NpgsqlParameter<ReadOnlyMemory<byte>> { NpgsqlDbType = NpgsqlDbType.Jsonb, TypedValue = pending.Ask.Json });
                pending.Succeed((int?)await command.ExecuteScalarAsync().ConfigureAwait(false));
            }).ConfigureAwait(false);
        }
        catch (NpgsqlException e)
        {
            pending.Fail(e);
        }
    }

    private Task Send(string text, Func<NpgsqlCommand, Task> execute) => CleanSession.Use(
        database,
        async connection =>
        {
            var command = new NpgsqlCommand(text, connection);
            await using (command.ConfigureAwait(false))
            {
                await execute(command).ConfigureAwait(false);
                return true;
            }
        },
        CancellationToken.None);

    private static void AddKeys(NpgsqlCommand command, IEnumerable<StateKey> keys)
    {
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. keys.Select(key => key.Name)] });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. keys.Select(key => key.Key)] });
    }

    private readonly record struct StateKey(string Name, string Key);

    private sealed record StateWrite(StateKey Key, int? Expected, ReadOnlyMemory<byte> Json);
}

/// <summary>A stored document: its version, and JSON in UTF-8 with its members in PostgreSQL's order.</summary>
internal sealed record StateRow(int Version, byte[] Json);
