using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using VideoGen.Requests;
using VideoGen.Storage.Files;

namespace VideoGen.Storage.S3;

/// <summary>
/// Pictures as objects beside the videos, each named by the hash of its content. One that is sent again is put again, which makes it young:
/// one that nobody sent for <see cref="IInputStore.KeptFor"/> is removed by <see cref="RemoveOld"/>.
/// </summary>
internal sealed class S3InputStore(S3Bucket bucket, IInstallation installation, TimeProvider time, ILogger<S3InputStore> logger) : IInputStore
{
    private const string Folder = "inputs/";

    private readonly S3Mark mark = new(bucket, installation);
    private readonly S3Upload upload = new(bucket, logger);

    /// <inheritdoc/>
    public async Task<InputFile> Save(Stream picture, string mediaType, CancellationToken cancellationToken)
    {
        // Its name is its hash, so it is read to its end first: whoever takes a picture in bounds it.
        using var bytes = new MemoryStream();
        await picture.CopyToAsync(bytes, cancellationToken).ConfigureAwait(false);
        bytes.Position = 0;
        var sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(bytes, cancellationToken).ConfigureAwait(false));
        bytes.Position = 0;
        await mark.EnsureOurs(cancellationToken).ConfigureAwait(false);
        _ = await upload.Save(KeyOf(sha256), bytes, mediaType, isOnlyFirst: false, cancellationToken).ConfigureAwait(false)
            ?? throw new IOException("The picture was sent or removed by somebody else at the same time; send it again.");
        return new(sha256, mediaType);
    }

    /// <inheritdoc/>
    public async Task<Stream?> Open(InputFile input, CancellationToken cancellationToken)
    {
        var key = KeyOf(input.Sha256);
        if (await bucket.Find(key, cancellationToken).ConfigureAwait(false) is { } found) return new S3ReadStream(bucket, key, found);
        await mark.EnsureOurs(cancellationToken).ConfigureAwait(false);
        return null;
    }

    /// <inheritdoc/>
    public async Task RemoveOld(CancellationToken cancellationToken)
    {
        var youngest = time.GetUtcNow() - IInputStore.KeptFor;
        await foreach (var entry in bucket.List(bucket.KeyOf(Folder), cancellationToken).ConfigureAwait(false))
        {
            if (entry.WrittenAt < youngest) await bucket.Delete(entry.Key, cancellationToken).ConfigureAwait(false);
        }
    }

    private string KeyOf(string sha256) => bucket.KeyOf(Folder + FileInputStore.NameOf(sha256));
}
