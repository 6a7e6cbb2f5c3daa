using Amazon.S3.Model;

namespace VideoGen.Storage.S3;

/// <summary>
/// An object, read as it is asked for: a jump costs nothing, and a read asks S3 for the bytes from there on, one window at a time. A line
/// that breaks, as it does when a reader pauses for long, is taken up again where it broke; it is an error when it then brings nothing.
/// </summary>
internal sealed class S3ReadStream(S3Bucket bucket, string key, S3Object found) : Stream
{
    /// <summary>What one answer of S3 brings at most, bytes: whoever jumps away leaves no more than that behind.</summary>
    internal const int WindowBytes = 8 << 20;

    /// <summary>How long S3 may be silent in the middle of an answer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private GetObjectResponse? window;
    private long at, windowAt, windowEnd;
    private bool brought;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => found.Bytes;

    public override long Position
    {
        get => at;
        set => at = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A position is not negative.");
    }

    public override long Seek(long offset, SeekOrigin origin) => Position = offset + origin switch
    {
        SeekOrigin.Begin => 0,
        SeekOrigin.Current => at,
        _ => Length,
    };

    /// <exception cref="IOException">S3 does not answer, or the object is not the same any more.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Length == 0 || at >= Length) return 0;
        while (true)
        {
            if (window is null || windowAt != at || at == windowEnd) await Open(cancellationToken).ConfigureAwait(false);
            try
            {
                var read = await ReadWindow(buffer, cancellationToken).ConfigureAwait(false);
                brought = true;
                at = windowAt += read;
                return read;
            }
            catch (Exception e) when (S3Failure.Is(e, cancellationToken))
            {
                LetGo();
                if (!brought) throw bucket.Failure(e);
                brought = false;
            }
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Flush() { }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) LetGo();
        base.Dispose(disposing);
    }

    private async Task Open(CancellationToken cancellationToken)
    {
        LetGo();
        windowEnd = Math.Min(Length, at + WindowBytes);
        window = await bucket.Read(key, found.ETag, at, windowEnd - 1, cancellationToken).ConfigureAwait(false);
        windowAt = at;
    }

    private async Task<int> ReadWindow(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Patience, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var most = (int)Math.Min(buffer.Length, windowEnd - windowAt);
        var read = await window!.ResponseStream.ReadAsync(buffer[..most], either.Token).ConfigureAwait(false);
        return read > 0 ? read : throw new IOException("The answer ended too early.");
    }

    private void LetGo()
    {
        window?.Dispose();
        window = null;
    }
}
