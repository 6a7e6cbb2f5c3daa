using System.Security.Cryptography;
using System.Text;
using VideoGen.Requests;
using VideoGen.Storage.Files;

namespace VideoGen.Storage.S3;

/// <summary>The object that says whose videos are below a prefix, so that two installations never share one by mistake; and whether S3 keeps what is put first.</summary>
internal sealed class S3Mark(S3Bucket bucket, IInstallation installation)
{
    private const string MediaType = "text/plain";

    private string Key => bucket.KeyOf(StoreId.FileName);

    /// <summary>The installation that the prefix belongs to; null where nobody has said so.</summary>
    /// <exception cref="IOException">The bucket is gone or does not answer.</exception>
    public async Task<string?> Read(CancellationToken cancellationToken) => (await bucket.ReadText(Key, cancellationToken).ConfigureAwait(false))?.Trim();

    /// <summary>Claims the prefix where it is nobody's; whoever comes second reads the first one's claim.</summary>
    /// <returns>Whose it is.</returns>
    public async Task<string?> Claim(CancellationToken cancellationToken)
    {
        if (await Read(cancellationToken).ConfigureAwait(false) is { } owner) return owner;
        await Put(cancellationToken).ConfigureAwait(false);
        return await Read(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Puts our own mark, which is there, once more each way, and wants S3 to refuse it: where it does not, a video could be replaced that was told.</summary>
    /// <exception cref="InvalidOperationException">It replaced it.</exception>
    public async Task CheckThatFirstStays(CancellationToken cancellationToken)
    {
        var isReplaced = await Put(cancellationToken).ConfigureAwait(false);
        if (!isReplaced)
        {
            var uploadId = await bucket.Begin(Key, MediaType, sha256: null, cancellationToken).ConfigureAwait(false);
            using var body = new MemoryStream(Text());
            var part = await bucket.Send(Key, uploadId, 1, body, cancellationToken).ConfigureAwait(false);
            isReplaced = await bucket.Finish(Key, uploadId, [part], isOnlyFirst: true, cancellationToken).ConfigureAwait(false);
            if (!isReplaced) await bucket.Abort(Key, uploadId, cancellationToken).ConfigureAwait(false);
        }

        if (isReplaced)
        {
            throw new InvalidOperationException(
                $"In {bucket.Place} a write with 'If-None-Match: *' replaces what is there, so a video could change after it was told. " +
                $"Use a server that heeds it (\"conditional writes\": Amazon S3 does), or keep videos in a folder: leave {S3StoreOptions.Section} out.");
        }
    }

    /// <summary>What to say where there is no mark.</summary>
    public string Gone() =>
        $"There is no {Key} in {bucket.Place}: it is another bucket or prefix than before, or was emptied. Correct {S3StoreOptions.Option(nameof(S3StoreOptions.Bucket))} and " +
        $"{S3StoreOptions.Option(nameof(S3StoreOptions.Prefix))}; if it was emptied on purpose, restart.";

    /// <summary>What to say where it is another installation's.</summary>
    public string Foreign(string owner) =>
        $"What is below '{bucket.KeyOf("")}' in {bucket.Place} belongs to installation '{owner}', but this database is installation '{installation.Id}'. " +
        $"Name this installation's own {S3StoreOptions.Option(nameof(S3StoreOptions.Bucket))} or {S3StoreOptions.Option(nameof(S3StoreOptions.Prefix))}, or an empty one.";

    /// <summary>What is wrong with the mark now; null where it is ours.</summary>
    public async Task<string?> Trouble(CancellationToken cancellationToken) =>
        await Read(cancellationToken).ConfigureAwait(false) is not { } owner ? Gone() : owner == installation.Id ? null : Foreign(owner);

    /// <summary>Returns where what was not found is really not there. A bucket that is not ours has nothing to say about that.</summary>
    /// <exception cref="IOException">It is another bucket, or gone.</exception>
    public async Task EnsureOurs(CancellationToken cancellationToken)
    {
        if (await Trouble(cancellationToken).ConfigureAwait(false) is { } trouble) throw new IOException(trouble);
    }

    private async Task<bool> Put(CancellationToken cancellationToken)
    {
        var text = Text();
        using var body = new MemoryStream(text);
        return await bucket.Put(Key, body, MediaType, Convert.ToHexStringLower(SHA256.HashData(text)), isOnlyFirst: true, cancellationToken).ConfigureAwait(false);
    }

    private byte[] Text() => Encoding.UTF8.GetBytes(installation.Id + "\n");
}
