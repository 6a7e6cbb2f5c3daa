using System.Buffers;
using System.Security.Cryptography;
using Amazon.S3.Model;
using Microsoft.Extensions.Logging;
using VideoGen.Requests;

namespace VideoGen.Storage.S3;

/// <summary>
/// Brings a stream into a bucket: in one go where it is small, else part by part, with one part in memory. An object comes into being
/// with the last call, whole.
/// </summary>
internal sealed partial class S3Upload(S3Bucket bucket, ILogger logger)
{
    /// <summary>What is sent at a time, bytes; S3 takes no less than 5 MiB, but for the last.</summary>
    public const int PartBytes = 8 << 20;

    /// <summary>How many are brought there at a time, each with a part in memory; others wait.</summary>
    private const int AtOnce = 16;

    private const int MostParts = 10_000, HashBytes = 128 * 1024;

    /// <summary>How long throwing an upload away may take, whatever its caller waits for.</summary>
    private static readonly TimeSpan AbortPatience = TimeSpan.FromSeconds(10);

    private static readonly SemaphoreSlim Turns = new(AtOnce); // Of the process, as its memory is.

    /// <param name="key">Its key.</param>
    /// <param name="content">Read from where it stands to its end.</param>
    /// <param name="mediaType">What it is.</param>
    /// <param name="isOnlyFirst">Whether one that is there stays.</param>
    /// <param name="cancellationToken">Ends it; nothing is left.</param>
    /// <returns>What it is; null where one is there, or may be.</returns>
    /// <exception cref="IOException">The content or S3 failed, or the content is too large.</exception>
    public async Task<StoredVideo?> Save(string key, Stream content, string mediaType, bool isOnlyFirst, CancellationToken cancellationToken)
    {
        await Turns.WaitAsync(cancellationToken).ConfigureAwait(false);
        var buffer = ArrayPool<byte>.Shared.Rent(PartBytes);
        try
        {
            var count = await Fill(content, buffer, cancellationToken).ConfigureAwait(false);
            if (count == PartBytes) return await SaveParts(key, content, buffer, mediaType, isOnlyFirst, cancellationToken).ConfigureAwait(false);

            var sha256 = Convert.ToHexStringLower(SHA256.HashData(buffer.AsSpan(0, count)));
            using var body = new MemoryStream(buffer, 0, count, writable: false);
            return await bucket.Put(key, body, mediaType, sha256, isOnlyFirst, cancellationToken).ConfigureAwait(false) ? new(count, sha256) : null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            Turns.Release();
        }
    }

    // The first part is in the buffer.
    private async Task<StoredVideo?> SaveParts(string key, Stream content, byte[] buffer, string mediaType, bool isOnlyFirst, CancellationToken cancellationToken)
    {
        // S3 is told the checksum before it gets the bytes, so they are read twice. What can be read only once gets none: see Find.
        var expected = content.CanSeek ? await HashAhead(content, buffer, cancellationToken).ConfigureAwait(false) : null;
        var uploadId = await bucket.Begin(key, mediaType, expected, cancellationToken).ConfigureAwait(false);
        var isMade = false;
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var parts = new List<PartETag>();
            long bytes = 0;
            for (var count = PartBytes; count > 0; count = await Fill(content, buffer, cancellationToken).ConfigureAwait(false))
            {
                if (parts.Count == MostParts) throw new IOException($"The content is larger than {(long)MostParts * PartBytes} bytes, the most that this store takes.");
                using var body = new MemoryStream(buffer, 0, count, writable: false);
                parts.Add(await bucket.Send(key, uploadId, parts.Count + 1, body, cancellationToken).ConfigureAwait(false));
                hash.AppendData(buffer, 0, count);
                bytes += count;
            }

            var stored = new StoredVideo(bytes, Convert.ToHexStringLower(hash.GetHashAndReset()));
            if (expected is not null && expected != stored.Sha256) throw new IOException("The content changed while it was read.");
            isMade = await bucket.Finish(key, uploadId, parts, isOnlyFirst, cancellationToken).ConfigureAwait(false);
            return isMade ? stored : null;
        }
        finally
        {
            if (!isMade) await Abort(key, uploadId).ConfigureAwait(false);
        }
    }

    // It must not hide why the save failed; the sweep tries again.
    private async Task Abort(string key, string uploadId)
    {
        using var patience = new CancellationTokenSource(AbortPatience, TimeProvider.System);
        try
        {
            await bucket.Abort(key, uploadId, patience.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            LogNotAborted(logger, key, e.Message);
        }
    }

    private static async Task<int> Fill(Stream content, byte[] buffer, CancellationToken cancellationToken) =>
        await content.ReadAtLeastAsync(buffer.AsMemory(0, PartBytes), PartBytes, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);

    private static async Task<string> HashAhead(Stream content, byte[] first, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(first, 0, PartBytes);
        var here = content.Position;
        var buffer = ArrayPool<byte>.Shared.Rent(HashBytes);
        try
        {
            int read;
            while ((read = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0) hash.AppendData(buffer, 0, read);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        content.Position = here;
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    [LoggerMessage(1, LogLevel.Warning, "The unfinished upload of {Key} could not be thrown away; the sweep does it a day later: {Detail}")]
    private static partial void LogNotAborted(ILogger logger, string key, string detail);
}
