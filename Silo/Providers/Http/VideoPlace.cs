namespace VideoGen.Silo.Providers.Http;

/// <summary>Where a provider says that a finished video is.</summary>
internal static class VideoPlace
{
    /// <summary>
    /// Whether it is asked there. The provider's word is not enough to make us call a machine of our own network: only where the API itself
    /// is, or over https.
    /// </summary>
    /// <param name="place">What the provider says.</param>
    /// <param name="api">Where its API is.</param>
    public static bool IsAllowed(Uri place, Uri api) => place.UserInfo.Length == 0 && (place.Scheme == Uri.UriSchemeHttps || IsBeside(place, api));

    /// <summary>Whether it is on the same server as the API, under the same scheme.</summary>
    /// <inheritdoc cref="IsAllowed"/>
    public static bool IsBeside(Uri place, Uri api) => place.Scheme == api.Scheme && place.Authority == api.Authority;
}
