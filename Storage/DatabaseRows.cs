using Npgsql;

namespace VideoGen.Storage;

/// <summary>One statement and all of its rows.</summary>
internal static class DatabaseRows
{
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public static async Task<List<T>> Rows<T>(
        this NpgsqlDataSource database, string text, NpgsqlParameter[] parameters, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        var command = database.CreateCommand(text);
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
    }
}
