using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Net.Http.Headers;
using System.Text.Json.Serialization;
using System.Text.Json;
using VideoGen.Grains.Providers;

namespace VideoGen.Silo.Providers.OpenAiVideos;

/// <summary>
/// The body of a submit: JSON, or a form where there is a picture. Made whole before anything is sent, so that what is sent once needs
/// nothing any more that could go wrong.
/// </summary>
internal static class OpenAiSubmitBody
{
    public static async Task<(byte[] Body, MediaTypeHeaderValue Type)> Of(SubmitOrder order, Stream? picture, CancellationToken cancellationToken)
    {
        var seconds = order.Options.Seconds.ToString(CultureInfo.InvariantCulture);
        if (picture is null)
        {
            var json = new JsonBody(order.Prompt, order.Options.Model, order.Options.Size, seconds);
            return (JsonSerializer.SerializeToUtf8Bytes(json), new("application/json"));
        }

        // The same order is the same body to the byte: a server that remembers our key compares them.
        using var form = new MultipartFormDataContent(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(order.ProviderKey))))
        {
            { new StringContent(order.Prompt), "prompt" },
            { new StringContent(order.Options.Model), "model" },
            { new StringContent(order.Options.Size), "size" },
            { new StringContent(seconds), "seconds" },
        };
        var type = order.Input!.MediaType;
        using var file = new StreamContent(picture);
        file.Headers.ContentType = new(type);
        form.Add(file, "input_reference", $"input.{type[(type.IndexOf('/', StringComparison.Ordinal) + 1)..]}");
        return (await form.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false), form.Headers.ContentType!);
    }

    private sealed record JsonBody(
        [property: JsonPropertyName("prompt")] string Prompt,
        [property: JsonPropertyName("model")] string Model,
        [property: JsonPropertyName("size")] string Size,
        [property: JsonPropertyName("seconds")] string Seconds);
}
