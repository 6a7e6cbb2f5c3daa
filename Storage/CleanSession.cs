using System.Data;
using Npgsql;

namespace VideoGen.Storage;

/// <summary>A connection of the pool for one piece of work, which goes back as it came: whatever went wrong, the next one may rely on it.</summary>
internal static class CleanSession
{
    /// <param name="database">The pool.</param>
    /// <param name="work">What is done. A transaction that it began it has ended.</param>
    /// <param name="cancellationToken">Ends the wait for a connection.</param>
    public static async Task<T> Use<T>(NpgsqlDataSource database, Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellationToken)
    {
        var connection = await database.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            try
            {
                return await work(connection).ConfigureAwait(false);
            }
            catch when (connection.State == ConnectionState.Open)
            {
                TryUnprepare(connection);
                throw;
            }
        }
    }

    private static void TryUnprepare(NpgsqlConnection connection)
    {
        try
        {
            // Npgsql takes a statement that failed while it was being prepared for prepared (npgsql/npgsql#6391), and misreads its next answer.
            connection.UnprepareAll(); // There is no asynchronous one; it is one rare round trip.
        }
        catch (NpgsqlException)
        {
            // The session is gone, and what it had prepared with it; what went wrong before is what the caller has to know.
        }
    }
}
