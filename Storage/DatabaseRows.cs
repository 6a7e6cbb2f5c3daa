using Npgsql;
using NpgsqlTypes;

namespace VideoGen.Storage;

/// <summary>One statement and all of its rows.</summary>
internal static class DatabaseRows
{
    /// <summary>A text, or null.</summary>
    public static NpgsqlParameter Text(string? text) => new() { NpgsqlDbType = NpgsqlDbType.Text, Value = text ?? (object)DBNull.Value };

    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public static async Task<List<T>> Rows<T>(
        this NpgsqlDataSource database, string text, NpgsqlParameter[] parameters, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        var command = database.CreateCommand(text);
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.AddRange(parameters);
            return await Rows(command, read, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The same on a connection that is in a transaction.</summary>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public static async Task<List<T>> Rows<T>(this NpgsqlConnection connection, string text, object[] values, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(text, connection);
        await using (command.ConfigureAwait(false))
        {
            foreach (var value in values) command.Parameters.Add(new() { Value = value });
            return await Rows(command, read, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<List<T>> Rows<T>(NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        var rows = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using (rows.ConfigureAwait(false))
        {
            var found = new List<T>();
            while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false)) found.Add(read(rows));
            return found;
        }
    }
}
