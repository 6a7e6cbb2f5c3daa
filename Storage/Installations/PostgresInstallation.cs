using System.Globalization;
using System.Security.Cryptography;
using Npgsql;
using VideoGen.Requests;

namespace VideoGen.Storage.Installations;

/// <summary>The row of <c>installation</c>, made by whichever host starts first.</summary>
public sealed class PostgresInstallation(NpgsqlDataSource database) : IInstallation
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
    private const int IdLength = 8;

    private Row? row;

    /// <inheritdoc/>
    public string Id => Loaded.Id;

    /// <inheritdoc/>
    public int KeyRules => Loaded.KeyRules;

    private Row Loaded => row ?? throw new InvalidOperationException(
        $"The installation is not loaded yet: call {nameof(StorageStart)}.{nameof(StorageStart.Prepare)} or {nameof(StorageStart.Join)} before anything that needs it.");

    /// <summary>Reads the row; makes it where there is none. Of several hosts one makes it and all read the same.</summary>
    /// <exception cref="InvalidOperationException">The database's key rules are not known to this code.</exception>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public async Task Load(CancellationToken cancellationToken)
    {
        var make = database.CreateCommand("insert into videogen.installation (id, key_rules) values ($1, $2) on conflict do nothing");
        await using (make.ConfigureAwait(false))
        {
            make.Parameters.Add(new NpgsqlParameter<string> { TypedValue = RandomNumberGenerator.GetString(Alphabet, IdLength) });
            make.Parameters.Add(new NpgsqlParameter<int> { TypedValue = VideoRequestKey.CurrentRules });
            await make.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }

        await Find(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads the row that a host has made.</summary>
    /// <exception cref="Schema.SchemaException">There is none yet.</exception>
    /// <exception cref="InvalidOperationException">The database's key rules are not known to this code.</exception>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public async Task Find(CancellationToken cancellationToken)
    {
        var found = await Read(cancellationToken).ConfigureAwait(false)
            ?? throw new Schema.SchemaException("No host with grains has ever started on this database: start one first.") { MayPass = true };
        if (found.KeyRules != VideoRequestKey.CurrentRules)
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                $"The database's request keys follow rules {found.KeyRules}, and this program knows only {VideoRequestKey.CurrentRules}: " +
                $"with other rules the same prompt would be paid twice. Start the program that this database belongs to."));
        }

        row = found;
    }

    private async Task<Row?> Read(CancellationToken cancellationToken)
    {
        var read = database.CreateCommand("select id, key_rules from videogen.installation");
        await using (read.ConfigureAwait(false))
        {
            var rows = await read.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (rows.ConfigureAwait(false))
            {
                return await rows.ReadAsync(cancellationToken).ConfigureAwait(false) ? new(rows.GetString(0), rows.GetInt32(1)) : null;
            }
        }
    }

    private sealed record Row(string Id, int KeyRules);
}
