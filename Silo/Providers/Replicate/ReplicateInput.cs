using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using VideoGen.Requests;
using VideoGen.Silo.Providers.Http;

namespace VideoGen.Silo.Providers.Replicate;

/// <summary>What a model is asked for with, and whether a prediction was asked for with the same.</summary>
internal static partial class ReplicateInput
{
    private const string Prompt = "prompt";

    /// <summary>Where a submit of a model goes, and the version that its body says; null where it says none. Null where it is no name of a model.</summary>
    /// <param name="model"><c>owner/name</c>; or <c>owner/name:version</c>, or the version alone.</param>
    public static (string Path, string? Version)? PlaceOf(string model) =>
        Model().IsMatch(model) ? ($"models/{model}/predictions", null) : Version().IsMatch(model) ? ("predictions", model) : null;

    /// <param name="prompt">The prompt, to the letter.</param>
    /// <param name="options">Size and seconds.</param>
    /// <param name="names">What the account's models call their inputs.</param>
    /// <param name="picture">The picture that guides the video, as a data URL; null where there is none.</param>
    public static JsonObject Of(string prompt, VideoOptions options, InputNames names, string? picture = null)
    {
        var input = new JsonObject { [Prompt] = prompt };
        if (names.Seconds.Length > 0) input[names.Seconds] = options.Seconds;
        if (VideoSize.TryParse(options.Size, out var size))
        {
            var unit = (int)System.Numerics.BigInteger.GreatestCommonDivisor(size.Width, size.Height);
            if (names.Aspect.Length > 0) input[names.Aspect] = string.Create(CultureInfo.InvariantCulture, $"{size.Width / unit}:{size.Height / unit}");
            if (names.Resolution.Length > 0) input[names.Resolution] = string.Create(CultureInfo.InvariantCulture, $"{Math.Min(size.Width, size.Height)}p");
        }

        if (picture is not null) input[names.Picture] = picture;
        return input;
    }

    /// <summary>Whether a prediction was asked for with what we ask for, through the API. A picture is left out: it is not shown as it was sent.</summary>
    public static bool Fits(PredictionWire prediction, string prompt, VideoOptions options, InputNames names)
    {
        if (prediction.Source == "web" || prediction.Input is not { ValueKind: JsonValueKind.Object } input || !IsOf(prediction, options.Model)) return false;
        return Of(prompt, options, names).All(wanted =>
            input.TryGetProperty(wanted.Key, out var asked) && JsonNode.DeepEquals(wanted.Value, JsonNode.Parse(asked.GetRawText())));
    }

    private static bool IsOf(PredictionWire prediction, string model) => PlaceOf(model) switch
    {
        (_, null) => prediction.Model == model,
        (_, { } version) => prediction.Version == version[(version.LastIndexOf(':') + 1)..],
        null => false,
    };

    [GeneratedRegex(@"\A[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}/[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}\z", RegexOptions.NonBacktracking)]
    private static partial Regex Model();

    [GeneratedRegex(@"\A([A-Za-z0-9_-][A-Za-z0-9._-]{0,127}/[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}:)?[A-Za-z0-9_-]{1,128}\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Version();
}
