using Microsoft.Extensions.Options;
using VideoGen.Requests;

namespace VideoGen.Gateway.Videos;

/// <summary>The picture that guides a video: what it must be, and how it gets into the store.</summary>
internal sealed class AskInput(IInputFiles inputs, InputDownload download, IOptions<GatewayOptions> options, TimeProvider time, ILogger<AskInput> logger)
{
    private const int HeadBytes = 12;

    /// <summary>Stores a picture that comes as a data URL, or from an address on the web.</summary>
    public async Task<(InputFile? Input, Problem? Problem)> Take(string client, string url, CancellationToken cancellationToken)
    {
        if (Decode(url) is { } bytes)
        {
            using var picture = new MemoryStream(bytes);
            return await Save(picture, cancellationToken);
        }

        var (saved, wrong) = await download.Fetch(client, url, Save, cancellationToken);
        return saved ?? (null, wrong is null ? Problems.TooManyInputs(time.GetUtcNow()) : Problems.Field(AskBody.InputReference, wrong));
    }

    /// <summary>Stores a picture that comes as bytes.</summary>
    public async Task<(InputFile? Input, Problem? Problem)> Save(Stream content, CancellationToken cancellationToken)
    {
        var limitBytes = options.Value.InputLimitBytes;
        using var bounded = new MemoryStream();
        var buffer = new byte[81_920];
        int read;
        while ((read = await content.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (bounded.Length + read > limitBytes) return (null, Problems.Field(AskBody.InputReference, $"must have at most {limitBytes} bytes."));
            bounded.Write(buffer, 0, read);
        }

        if (MediaTypeOf(bounded.GetBuffer().AsSpan(0, (int)Math.Min(HeadBytes, bounded.Length))) is not { } mediaType)
        {
            return (null, Problems.Field(AskBody.InputReference, "must be a PNG, JPEG or WebP picture."));
        }

        bounded.Position = 0;
        try
        {
            return (await inputs.Save(bounded, mediaType, cancellationToken), null);
        }
        catch (IOException exception)
        {
            GatewayLog.InputNotStored(logger, exception);
            return (null, Problems.InputNotStored(time.GetUtcNow()));
        }
    }

    /// <summary>The bytes of a data URL; null where it is none.</summary>
    private static byte[]? Decode(string dataUrl)
    {
        const string scheme = "data:image/", encoding = ";base64,";
        var start = dataUrl.IndexOf(encoding, StringComparison.Ordinal);
        if (!dataUrl.StartsWith(scheme, StringComparison.Ordinal) || start < 0) return null;
        var text = dataUrl.AsSpan(start + encoding.Length);
        var bytes = new byte[text.Length * 3 / 4 + 3];
        return Convert.TryFromBase64Chars(text, bytes, out var count) ? bytes[..count] : null;
    }

    // By its first bytes: what a caller says of a file is no proof.
    private static string? MediaTypeOf(ReadOnlySpan<byte> head) =>
        head.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]) ? "image/png"
        : head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? "image/jpeg"
        : head.Length >= HeadBytes && head.StartsWith("RIFF"u8) && head[8..12].SequenceEqual("WEBP"u8) ? "image/webp"
        : null;
}
