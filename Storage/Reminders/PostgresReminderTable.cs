using System.Globalization;
using Npgsql;

namespace VideoGen.Storage.Reminders;

/// <summary>
/// Reminders in PostgreSQL. An upsert overwrites whatever is there; a removal needs the etag of what it removes, and no etag is
/// ever used twice. Times are kept to the microsecond.
/// </summary>
public sealed class PostgresReminderTable(NpgsqlDataSource database) : IReminderTable
{
    private const string Columns = "select grain_type, grain_key, name, start_at, period, version from videogen.reminders";

    /// <summary>All reminders of a grain.</summary>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public Task<ReminderTableData> ReadRows(GrainId grainId) => Read(
        Columns + " where grain_type = $1 and grain_key = $2",
        Text(grainId.Type.ToString()),
        Text(grainId.Key.ToString()));

    /// <summary>The reminders of all grains whose hash is above <paramref name="begin"/> and up to <paramref name="end"/>, on a ring.</summary>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public Task<ReminderTableData> ReadRows(uint begin, uint end) => Read(
        begin < end ? RangeQuery : WrappedRangeQuery,
        new NpgsqlParameter<long> { TypedValue = begin },
        new NpgsqlParameter<long> { TypedValue = end });

    internal const string RangeQuery = Columns + " where grain_hash > $1 and grain_hash <= $2";

    // Past the end of the ring; where both are equal it is the whole ring.
    internal const string WrappedRangeQuery = Columns + " where grain_hash > $1 or grain_hash <= $2";

    /// <summary>One reminder; null where there is none.</summary>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public async Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName)
    {
        var found = await Read(
            Columns + " where grain_type = $1 and grain_key = $2 and name = $3",
            Text(grainId.Type.ToString()),
            Text(grainId.Key.ToString()),
            Text(reminderName)).ConfigureAwait(false);
        return found.Reminders.SingleOrDefault();
    }

    /// <summary>Makes or overwrites a reminder.</summary>
    /// <returns>Its new etag.</returns>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public async Task<string?> UpsertRow(ReminderEntry entry)
    {
        var command = database.CreateCommand(
            """
            insert into videogen.reminders as r (grain_type, grain_key, name, grain_hash, start_at, period)
            values ($1, $2, $3, $4, $5, $6)
            on conflict (grain_type, grain_key, name) do update
            set grain_hash = excluded.grain_hash, start_at = excluded.start_at, period = excluded.period, version = excluded.version
            returning r.version
            """);
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(Text(entry.GrainId.Type.ToString()));
            command.Parameters.Add(Text(entry.GrainId.Key.ToString()));
            command.Parameters.Add(Text(entry.ReminderName));
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = entry.GrainId.GetUniformHashCode() });
            command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = Utc(entry.StartAt) });
            command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = entry.Period });
            var version = (long)(await command.ExecuteScalarAsync().ConfigureAwait(false))!;
            return version.ToString(CultureInfo.InvariantCulture);
        }
    }

    /// <summary>Removes a reminder, if it still is the one with that etag.</summary>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public async Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag)
    {
        if (!long.TryParse(eTag, NumberStyles.None, CultureInfo.InvariantCulture, out var version)) return false;
        var command = database.CreateCommand(
            "delete from videogen.reminders where grain_type = $1 and grain_key = $2 and name = $3 and version = $4");
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.Add(Text(grainId.Type.ToString()));
            command.Parameters.Add(Text(grainId.Key.ToString()));
            command.Parameters.Add(Text(reminderName));
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = version });
            return await command.ExecuteNonQueryAsync().ConfigureAwait(false) == 1;
        }
    }

    /// <summary>Removes all reminders. For tests.</summary>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public async Task TestOnlyClearTable()
    {
        var command = database.CreateCommand("delete from videogen.reminders");
        await using (command.ConfigureAwait(false))
        {
            await command.ExecuteNonQueryAsync().ConfigureAwait(false);
        }
    }

    private async Task<ReminderTableData> Read(string sql, params NpgsqlParameter[] parameters)
    {
        var command = database.CreateCommand(sql);
        await using (command.ConfigureAwait(false))
        {
            command.Parameters.AddRange(parameters);
            var rows = await command.ExecuteReaderAsync().ConfigureAwait(false);
            await using (rows.ConfigureAwait(false))
            {
                var entries = new List<ReminderEntry>();
                while (await rows.ReadAsync().ConfigureAwait(false)) entries.Add(Entry(rows));
                return new(entries);
            }
        }
    }

    // Very many rows share a few types and names, and the host keeps all of them.
    private static ReminderEntry Entry(NpgsqlDataReader row) => new()
    {
        GrainId = GrainId.Create(string.Intern(row.GetString(0)), row.GetString(1)),
        ReminderName = string.Intern(row.GetString(2)),
        StartAt = row.GetDateTime(3),
        Period = row.GetTimeSpan(4),
        ETag = row.GetInt64(5).ToString(CultureInfo.InvariantCulture),
    };

    private static NpgsqlParameter<string> Text(string? value) => new() { TypedValue = value };

    // A time without a kind is UTC, as everywhere in Orleans.
    private static DateTime Utc(DateTime at) => at.Kind == DateTimeKind.Local ? at.ToUniversalTime() : DateTime.SpecifyKind(at, DateTimeKind.Utc);
}
