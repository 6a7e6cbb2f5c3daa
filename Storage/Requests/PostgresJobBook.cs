using Npgsql;
using VideoGen.Requests;

namespace VideoGen.Storage.Requests;

/// <summary>Who owns a provider's job: the primary key of <c>jobs</c> decides.</summary>
public sealed class PostgresJobBook(NpgsqlDataSource database) : IJobBook
{
    /// <inheritdoc/>
    /// <exception cref="NpgsqlException">The database did not answer: the job may or may not be claimed; ask again.</exception>
    public async Task<bool> Claim(string account, string jobId, string requestKey, int round, int attempt, CancellationToken cancellationToken)
    {
        var command = database.CreateCommand("select videogen.claim_job($1, $2, $3, $4, $5)");
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = account });
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = jobId });
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = requestKey });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = round });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = attempt });
            return (bool)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
        }
    }
}
