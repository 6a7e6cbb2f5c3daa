using System.Net;
using VideoGen.Silo.Media;

namespace VideoGen.Silo.Providers.Http;

/// <summary>
/// The video in an answer, which takes its connection with it when it is disposed of. Where the answer said how the same video is known again,
/// what is missing after a break is asked for at the same place, which is looked at as it was the first time.
/// </summary>
/// <param name="ask">Asks for the video, with what goes into the head of the request.</param>
internal sealed class VideoStream(Func<Action<HttpRequestMessage>, CancellationToken, Task<HttpResponseMessage>> ask) : Stream, IResumableVideo
{
    private HttpResponseMessage? _response;
    private Stream? _body;
    private VideoRest _rest = new(null, null, null, TakesRanges: false);
    private long _read;
    private bool _rangesAreWrong;

    public bool CanResume => _rest.CanBeAskedFor;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Begins with a 200, which is its own from now on.</summary>
    public async Task Begin(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await Take(response, cancellationToken).ConfigureAwait(false);
        (_rest, _read) = (VideoRest.Of(response), 0);
    }

    public async Task<bool> Resume(CancellationToken cancellationToken)
    {
        Drop();
        var response = await ask(_rangesAreWrong ? _ => { } : request => _rest.AskFrom(_read, request.Headers), cancellationToken).ConfigureAwait(false);
        try
        {
            if (!_rangesAreWrong && _rest.Begins(response, _read))
            {
                await Take(response, cancellationToken).ConfigureAwait(false);
                return true;
            }

            if (response.StatusCode == HttpStatusCode.OK)
            {
                await Begin(response, cancellationToken).ConfigureAwait(false);
                return false;
            }

            // What is no rest of what was read must not be put behind it: from now on all of it is asked for.
            _rangesAreWrong |= response.StatusCode is HttpStatusCode.PartialContent or HttpStatusCode.RequestedRangeNotSatisfiable;
            throw new HttpIOException(HttpRequestError.InvalidResponse, $"Asked for the rest, the provider answered {(int)response.StatusCode}{(response.StatusCode == HttpStatusCode.PartialContent ? " with another part" : "")}.");
        }
        finally
        {
            if (_response != response) response.Dispose();
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer) => Count(Body.Read(buffer), buffer.Length);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Count(await Body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false), buffer.Length);

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) Drop();
        base.Dispose(disposing);
    }

    private Stream Body => _body ?? throw new HttpIOException(HttpRequestError.ResponseEnded, "The connection is gone.");

    private int Count(int read, int wanted)
    {
        _read += read;
        return read > 0 || wanted == 0 || _read == (_rest.Length ?? _read) ? read : throw new HttpIOException(HttpRequestError.ResponseEnded, $"It ended after {_read} of {_rest.Length} bytes.");
    }

    private async Task Take(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        _body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        _response = response;
    }

    // Disposes of the body too, and of what was not read of it.
    private void Drop()
    {
        _response?.Dispose();
        (_response, _body) = (null, null);
    }
}
