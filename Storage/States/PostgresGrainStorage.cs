using System.Globalization;
using System.Text.Json;
using Npgsql;
using Orleans.Storage;

namespace VideoGen.Storage.States;

/// <summary>
/// Grain state in PostgreSQL: one row for each (state name, grain key), the grain's type being no part of it. The etag is the
/// row's version. Of two writers over the same version, or two first writers, exactly one exists.
/// </summary>
/// <param name="database">Where the schema is.</param>
/// <param name="json">
/// How the host's documents are written. PostgreSQL's jsonb reorders members, so documents with a type discriminator need
/// <see cref="JsonSerializerOptions.AllowOutOfOrderMetadataProperties"/>.
/// </param>
public sealed class PostgresGrainStorage(NpgsqlDataSource database, JsonSerializerOptions json) : IGrainStorage
{
    private readonly StateTable table = new(database);

    private readonly JsonSerializerOptions json = json.AllowOutOfOrderMetadataProperties
        ? json
        : throw new ArgumentException(
            $"Set {nameof(JsonSerializerOptions.AllowOutOfOrderMetadataProperties)}: jsonb reorders members, and a discriminator that is not first would not be found.",
            nameof(json));

    /// <inheritdoc/>
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ReadStateAsync(stateName, grainId, grainState, CancellationToken.None);

    /// <summary>Reads the document; a new one, and no etag, where none was ever written.</summary>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    /// <exception cref="InvalidOperationException">The stored document is not one that this program can read. It is left as it is.</exception>
    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        var row = await table.Read(stateName, Key(grainId), cancellationToken).ConfigureAwait(false);
        grainState.State = row is null ? Activator.CreateInstance<T>() : Deserialize<T>(stateName, grainId, row);
        grainState.ETag = row?.Version.ToString(CultureInfo.InvariantCulture);
        grainState.RecordExists = row is not null;
    }

    /// <inheritdoc/>
    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        WriteStateAsync(stateName, grainId, grainState, CancellationToken.None);

    /// <summary>Writes the document over the version that its etag names; as a first write where it has none.</summary>
    /// <exception cref="InconsistentStateException">Another writer was first. Nothing was written.</exception>
    /// <exception cref="ArgumentException">The document is null, or has a NUL character in a text. Nothing was written.</exception>
    /// <exception cref="NpgsqlException">The database did not answer: the write may or may not have happened; read to know.</exception>
    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        if (grainState.State is null) throw new ArgumentException($"There is no document to write for {grainId}.", nameof(grainState));
        var document = JsonSerializer.SerializeToUtf8Bytes(grainState.State, json);
        if (StateText.HasNul(document))
        {
            throw new ArgumentException(
                $"The document '{stateName}' of {grainId} has a NUL character in a text, which PostgreSQL cannot store. Refuse or strip NUL where the text comes in.",
                nameof(grainState));
        }

        var expected = Version(grainState.ETag);
        var written = await table.Write(stateName, Key(grainId), expected, document, cancellationToken).ConfigureAwait(false)
            ?? throw await Lost(stateName, grainId, grainState.ETag, cancellationToken).ConfigureAwait(false);
        grainState.ETag = written.ToString(CultureInfo.InvariantCulture);
        grainState.RecordExists = true;
    }

    /// <summary>Not supported: a grain that forgets what it paid for would pay again.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        throw new NotSupportedException($"The state of {grainId} is not cleared: with it would go the proof of what was paid. Write an empty document instead.");

    // Never null: that is not written.
    private T Deserialize<T>(string stateName, GrainId grainId, StateRow row)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(row.Json, json)!;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                $"The stored document '{stateName}' of {grainId}, version {row.Version}, cannot be read by this program; it was left as it is. {e.Message}"), e);
        }
    }

    // What is stored now is read only to be said; it may already be another writer's next.
    private async Task<InconsistentStateException> Lost(string stateName, GrainId grainId, string? etag, CancellationToken cancellationToken)
    {
        var stored = await table.Read(stateName, Key(grainId), cancellationToken).ConfigureAwait(false);
        var storedEtag = stored?.Version.ToString(CultureInfo.InvariantCulture);
        return new(
            $"Another writer of '{stateName}' of {grainId} was first: version {storedEtag ?? "none"} is stored, and {etag ?? "none"} was expected.",
            storedEtag,
            etag);
    }

    private static string Key(GrainId grainId) => grainId.Key.ToString();

    private static int? Version(string? etag) => etag switch
    {
        null => null,
        _ when int.TryParse(etag, NumberStyles.None, CultureInfo.InvariantCulture, out var version) => version,
        _ => throw new ArgumentException($"The etag '{etag}' is not one of this storage.", nameof(etag)),
    };
}
