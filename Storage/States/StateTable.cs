using Npgsql;
using NpgsqlTypes;

namespace VideoGen.Storage.States;

/// <summary>
/// The rows of <c>grain_state</c>. Compare-and-set in the database decides which of two writers exists;
/// nothing above it needs to be right for that.
/// </summary>
internal sealed class StateTable(NpgsqlDataSource database)
{
    /// <summary>The document and its version; null where none was ever written.</summary>
    public async Task<StateRow?> Read(string name, string key, CancellationToken cancellationToken)
    {
        var command = database.CreateCommand("select version, state from videogen.read_state($1, $2)");
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = key });
            var rows = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (rows.ConfigureAwait(false))
            {
                return await rows.ReadAsync(cancellationToken).ConfigureAwait(false)
                    ? new(rows.GetInt32(0), await rows.GetFieldValueAsync<byte[]>(1, cancellationToken).ConfigureAwait(false))
                    : null;
            }
        }
    }

    /// <summary>Writes a document over the version it was read at; null for a first write.</summary>
    /// <returns>The new version; null when the race is lost, and then nothing was written.</returns>
    public async Task<int?> Write(string name, string key, int? expected, ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        var command = database.CreateCommand("select version from videogen.write_state($1, $2, $3, $4)");
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = key });
            command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Integer, Value = (object?)expected ?? DBNull.Value });
            command.Parameters.Add(new NpgsqlParameter<ReadOnlyMemory<byte>> { NpgsqlDbType = NpgsqlDbType.Jsonb, TypedValue = json });
            return (int?)await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}

/// <summary>A stored document: its version, and JSON in UTF-8 with its members in PostgreSQL's order.</summary>
internal sealed record StateRow(int Version, byte[] Json);
