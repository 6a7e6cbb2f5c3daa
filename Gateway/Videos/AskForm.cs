using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace VideoGen.Gateway.Videos;

/// <summary>An ask as multipart/form-data, which official Node clients always send. Text fields together are bound like a JSON body.</summary>
internal sealed class AskForm(AskInput inputs, int bodyLimit)
{
    private const int MaxFields = 32, MaxHeaders = 8, MaxHeaderBytes = 4_096, MaxBoundary = 100;

    /// <summary>Reads the whole form into an ask's body; null when all is well.</summary>
    public async Task<Problem?> Read(HttpRequest request, string? boundary, AskBody body, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(boundary) || boundary.Length > MaxBoundary) return Problems.MalformedForm();
        var reader = new MultipartReader(boundary, request.Body) { HeadersCountLimit = MaxHeaders, HeadersLengthLimit = MaxHeaderBytes };
        try
        {
            var left = bodyLimit;
            for (var fields = 0; await reader.ReadNextSectionAsync(cancellationToken) is { } section; fields++)
            {
                if (fields == MaxFields) return Problems.MalformedForm();
                if (section.GetContentDispositionHeader() is not { } disposition || HeaderUtilities.RemoveQuotes(disposition.Name).Value is not { Length: > 0 } name) return Problems.MalformedForm();
                if (disposition.FileName.HasValue || disposition.FileNameStar.HasValue)
                {
                    if (await ReadFile(name, section, body, cancellationToken) is { } refused) return refused;
                    continue;
                }

                var (text, problem) = await ReadText(section, left, cancellationToken);
                if (text is null) return problem;
                left -= Encoding.UTF8.GetByteCount(text);
                if (body.TakeField(name, text) is { } wrong) return wrong;
            }

            return null;
        }
        catch (InvalidDataException)
        {
            return Problems.MalformedForm();
        }
        catch (IOException) when (!cancellationToken.IsCancellationRequested)
        {
            return Problems.MalformedForm(); // It ends before its last boundary.
        }
    }

    private async Task<Problem?> ReadFile(string name, MultipartSection section, AskBody body, CancellationToken cancellationToken)
    {
        if (body.MeetFile(name) is { } unmet) return unmet;
        var (input, problem) = await inputs.Save(section.Body, cancellationToken);
        if (input is not null) body.TakeFile(input);
        return problem;
    }

    private async Task<(string? Text, Problem? Problem)> ReadText(MultipartSection section, int limit, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        var buffer = new byte[4_096];
        int read;
        while ((read = await section.Body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (bytes.Length + read > limit) return (null, Problems.BodyTooLarge(bodyLimit));
            bytes.Write(buffer, 0, read);
        }

        try
        {
            return (Strict.GetString(bytes.GetBuffer(), 0, (int)bytes.Length), null);
        }
        catch (DecoderFallbackException)
        {
            return (null, Problems.NotUtf8());
        }
    }

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
}
