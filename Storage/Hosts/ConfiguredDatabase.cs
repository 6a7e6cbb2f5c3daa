using Microsoft.Extensions.Configuration;
using Npgsql;

namespace VideoGen.Storage.Hosts;

/// <summary>The database that the configuration names.</summary>
public static class ConfiguredDatabase
{
    /// <summary>The name of its connection string, <c>ConnectionStrings:VideoGen</c>.</summary>
    public const string Name = "VideoGen";

    /// <summary>How to connect, as Npgsql reads it; null where nothing is configured.</summary>
    public static string? ConnectionString(IConfiguration configuration) => configuration.GetConnectionString(Name) is { Length: > 0 } configured ? configured : null;

    /// <summary>Null while it answers; else what to do.</summary>
    public static async Task<string?> Trouble(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        try
        {
            var command = database.CreateCommand("select 1");
            await using (command.ConfigureAwait(false))
            {
                await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
                return null;
            }
        }
        catch (NpgsqlException)
        {
            return $"PostgreSQL does not answer: see that it runs and that ConnectionStrings:{Name} is right.";
        }
    }
}
