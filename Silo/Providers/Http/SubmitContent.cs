using System.Net;
using System.Net.Http.Headers;
using VideoGen.Grains.Providers;

namespace VideoGen.Silo.Providers.Http;

/// <summary>
/// The body of a submit. .NET's HTTP/1.1 connection asks for it when it is connected and has the head of the request in a buffer that it
/// has not sent: the gate is asked there, and where it says no, not one byte has left. It is given out once: whoever would send the
/// request again, for whatever reason, gets an exception instead.
/// </summary>
internal sealed class SubmitContent : HttpContent
{
    private readonly byte[] _body;
    private readonly SubmitGate _gate;
    private int _asked;

    /// <param name="body">The whole body.</param>
    /// <param name="type">Its type, with the boundary where it has one.</param>
    /// <param name="gate">The last check.</param>
    public SubmitContent(byte[] body, MediaTypeHeaderValue type, SubmitGate gate)
    {
        _body = body;
        _gate = gate;
        Headers.ContentType = type;
    }

    /// <summary>Whether a byte of the request may have left this machine.</summary>
    public bool MayHaveLeft { get; private set; }

    /// <summary>Whether the gate said that it is too late.</summary>
    public bool CameTooLate { get; private set; }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _asked, 1) != 0) throw new InvalidOperationException("A submit is sent once.");
        CameTooLate = !_gate.MaySend;
        if (CameTooLate) throw new InvalidOperationException("The time for this submit had passed before it was sent.");
        MayHaveLeft = true;
        await stream.WriteAsync(_body, cancellationToken).ConfigureAwait(false);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override bool TryComputeLength(out long length)
    {
        length = _body.Length;
        return true;
    }
}
