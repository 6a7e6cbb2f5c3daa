namespace VideoGen.Silo.Media;

/// <summary>Tells a video from an error page that was served in its place.</summary>
internal static class Mp4
{
    /// <summary>Every MP4 begins with a box of type <c>ftyp</c>: 4 bytes of its length, then the word.</summary>
    private const int HeadBytes = 8;

    /// <summary>The whole content again, from its first byte, when it begins as an MP4; else null.</summary>
    public static async Task<Stream?> Check(Stream content, CancellationToken cancellationToken)
    {
        var head = new byte[HeadBytes];
        var count = await content.ReadAtLeastAsync(head, HeadBytes, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        return count == HeadBytes && head.AsSpan(4).SequenceEqual("ftyp"u8) ? new HeadedStream(head, content) : null;
    }
}
