using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Amazon.S3;
using Microsoft.Extensions.Logging;
using VideoGen.Requests;
using VideoGen.Storage.Files;

namespace VideoGen.Storage.S3;

/// <summary>
/// Videos and their pictures as objects below one prefix of a bucket, named as <see cref="FileVideoStore"/> names its files. S3 makes an
/// object whole or not at all; each is put only where there is none, so the first one stays, whoever else saves the same.
/// </summary>
internal sealed partial class S3VideoStore(
    S3Bucket bucket, S3StoreOptions options, StoreOptions store, IInstallation installation, TimeProvider time, ILogger<S3VideoStore> logger) : IVideoStore
{
    /// <summary>Below our prefix; beside it are the pictures that guide videos.</summary>
    public const string Folder = "videos/";

    private const string ProbeName = ".probe";

    /// <summary>No save takes longer than this: an upload that was begun so long ago is left over.</summary>
    private static readonly TimeSpan LongestSave = TimeSpan.FromDays(1);

    /// <summary>Whether it can be written is tried no more often, however often it is asked: each try is paid for.</summary>
    private static readonly TimeSpan ProbeEvery = TimeSpan.FromMinutes(1);

    private readonly S3Mark mark = new(bucket, installation);
    private readonly S3Upload upload = new(bucket, logger);
    private long probed = long.MinValue;

    /// <inheritdoc/>
    public TimeSpan? RetainFor => store.RetainFor;

    /// <inheritdoc/>
    public async Task Check(bool isAlone, CancellationToken cancellationToken)
    {
        var owner = await mark.Claim(cancellationToken).ConfigureAwait(false) ?? throw new IOException(mark.Gone());
        if (owner != installation.Id) throw new InvalidOperationException(mark.Foreign(owner));
        await mark.CheckThatFirstStays(cancellationToken).ConfigureAwait(false);
        await RemoveLeftovers(isAlone ? TimeSpan.Zero : LongestSave, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task CheckShared(CancellationToken cancellationToken)
    {
        var owner = await mark.Read(cancellationToken).ConfigureAwait(false) ?? throw new DirectoryNotFoundException(
            $"There is no {StoreId.FileName} below '{bucket.KeyOf("")}' in {bucket.Place}, so no host with grains saves its videos there. " +
            $"Let {S3StoreOptions.Section} be the same as theirs.");
        if (owner != installation.Id) throw new InvalidOperationException(mark.Foreign(owner));
    }

    /// <inheritdoc/>
    public async Task<StoredVideo> Save(VideoId id, MediaVariant variant, Stream content, CancellationToken cancellationToken)
    {
        if (await Find(id, variant, cancellationToken).ConfigureAwait(false) is { } there) return there; // It need not be sent.
        return await upload.Save(KeyOf(id, variant), content, MediaType(variant), isOnlyFirst: true, cancellationToken).ConfigureAwait(false)
            ?? await Find(id, variant, cancellationToken).ConfigureAwait(false)
            ?? throw new IOException($"The {variant.ToWire()} of {id} was saved or deleted by somebody else at the same time. Nothing is lost; it is tried again.");
    }

    /// <inheritdoc/>
    public async Task<StoredVideo?> Find(VideoId id, MediaVariant variant, CancellationToken cancellationToken)
    {
        if (await FindObject(id, variant, cancellationToken).ConfigureAwait(false) is not { } found) return null;
        if (found.Sha256 is { } known) return new(found.Bytes, known);

        // Copied into the bucket by a person, or from a stream that could be read only once.
        var content = new S3ReadStream(bucket, KeyOf(id, variant), found);
        await using (content.ConfigureAwait(false))
        {
            return new(found.Bytes, Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken).ConfigureAwait(false)));
        }
    }

    /// <inheritdoc/>
    public async Task<Stream?> Open(VideoId id, MediaVariant variant, CancellationToken cancellationToken) =>
        await FindObject(id, variant, cancellationToken).ConfigureAwait(false) is { } found ? new S3ReadStream(bucket, KeyOf(id, variant), found) : null;

    /// <inheritdoc/>
    public async ValueTask<Uri?> Link(VideoId id, MediaVariant variant, string mediaType, string disposition, CancellationToken cancellationToken)
    {
        if (options.LinksFor is not { } lifetime || await FindObject(id, variant, cancellationToken).ConfigureAwait(false) is null) return null;
        return new(await bucket.Sign(KeyOf(id, variant), time.GetUtcNow() + lifetime, mediaType, disposition, cancellationToken).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public async Task Delete(VideoId id, CancellationToken cancellationToken)
    {
        // The video last: while it is there, whoever looks for what is not wanted any more finds that something is left to remove.
        foreach (var variant in Enum.GetValues<MediaVariant>().Reverse()) await bucket.Delete(KeyOf(id, variant), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<VideoId> WrittenBefore(DateTimeOffset time) => WrittenBefore(time, CancellationToken.None);

    /// <inheritdoc/>
    public Task RemoveLeftovers(CancellationToken cancellationToken) => RemoveLeftovers(LongestSave, cancellationToken);

    /// <inheritdoc/>
    public async Task<string?> Trouble(CancellationToken cancellationToken)
    {
        try
        {
            if (await mark.Trouble(cancellationToken).ConfigureAwait(false) is { } trouble) return trouble;
            var last = Interlocked.Read(ref probed);
            if (last != long.MinValue && time.GetElapsedTime(last) < ProbeEvery) return null;
            using var probe = new MemoryStream("probe"u8.ToArray());
            await upload.Save(bucket.KeyOf(ProbeName), probe, "text/plain", isOnlyFirst: false, cancellationToken).ConfigureAwait(false);
            Interlocked.Exchange(ref probed, time.GetTimestamp());
            return null;
        }
        catch (IOException e)
        {
            return e.Message;
        }
    }

    private async Task<S3Object?> FindObject(VideoId id, MediaVariant variant, CancellationToken cancellationToken)
    {
        var found = await bucket.Find(KeyOf(id, variant), cancellationToken).ConfigureAwait(false);
        if (found is null) await mark.EnsureOurs(cancellationToken).ConfigureAwait(false);
        return found;
    }

    private async IAsyncEnumerable<VideoId> WrittenBefore(DateTimeOffset time, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var entry in bucket.List(bucket.KeyOf(Folder), cancellationToken).ConfigureAwait(false))
        {
            if (entry.WrittenAt < time && VideoPath.IdOf(entry.Key) is { } id) yield return id;
        }
    }

    private async Task RemoveLeftovers(TimeSpan age, CancellationToken cancellationToken)
    {
        try
        {
            var youngest = time.GetUtcNow() - age;
            await foreach (var left in bucket.Unfinished(bucket.KeyOf(""), cancellationToken).ConfigureAwait(false))
            {
                if (age > TimeSpan.Zero && left.BegunAt >= youngest) continue;
                await bucket.Abort(left.Key, left.UploadId, cancellationToken).ConfigureAwait(false);
                LogLeftover(logger, left.Key, left.BegunAt);
            }
        }
        catch (IOException e) when (e.InnerException is AmazonS3Exception { StatusCode: System.Net.HttpStatusCode.NotImplemented or System.Net.HttpStatusCode.Forbidden })
        {
            LogNoLeftovers(logger, e.Message); // All else is swept all the same.
        }
    }

    private string KeyOf(VideoId id, MediaVariant variant) => bucket.KeyOf(Folder + VideoPath.NameOf(id, variant));

    private static string MediaType(MediaVariant variant) => variant == MediaVariant.Video ? "video/mp4" : "image/webp";

    [LoggerMessage(1, LogLevel.Information, "Threw the unfinished upload of {Key} away, begun {BegunAt:u} by a process that died while saving")]
    private static partial void LogLeftover(ILogger logger, string key, DateTimeOffset begunAt);

    [LoggerMessage(2, LogLevel.Warning, "Unfinished uploads cannot be listed or thrown away, so let a lifecycle rule of the bucket do it: {Detail}")]
    private static partial void LogNoLeftovers(ILogger logger, string detail);
}
