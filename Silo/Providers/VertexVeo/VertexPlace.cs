using System.Text.RegularExpressions;

namespace VideoGen.Silo.Providers.VertexVeo;

/// <summary>Where an account is at Vertex AI.</summary>
/// <param name="Root">What names of resources are relative to, such as <c>https://us-central1-aiplatform.googleapis.com/v1/</c>.</param>
/// <param name="Location">The account's own, such as <c>projects/p/locations/us-central1</c>.</param>
/// <param name="Storage">The JSON API of the store, such as <c>https://storage.googleapis.com/storage/v1/</c>.</param>
internal sealed partial record VertexPlace(Uri Root, string Location, Uri Storage)
{
    private const string GoogleStorage = "https://storage.googleapis.com";

    /// <summary>Reads an address that ends with the project and the location; null where it does not.</summary>
    /// <param name="address">Such as <c>https://us-central1-aiplatform.googleapis.com/v1/projects/p/locations/us-central1/</c>.</param>
    /// <param name="storage">The store's address, without a path; null for Google's.</param>
    public static VertexPlace? Parse(Uri? address, string? storage)
    {
        if (address is null || Ending().Match(address.AbsoluteUri) is not { Success: true } match) return null;
        return Uri.TryCreate($"{(storage ?? GoogleStorage).TrimEnd('/')}/storage/v1/", UriKind.Absolute, out var store)
            && store.Scheme is "http" or "https" && store is { UserInfo: "", Query: "", Fragment: "", AbsolutePath: "/storage/v1/" }
            ? new(new(match.Groups["root"].Value), match.Groups["location"].Value, store)
            : null;
    }

    [GeneratedRegex(@"\A(?<root>.*/)(?<location>projects/[A-Za-z0-9._:-]+/locations/[a-z0-9-]+)/\z", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Ending();
}
