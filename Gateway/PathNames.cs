using Microsoft.AspNetCore.Http.Features;

namespace VideoGen.Gateway;

/// <summary>
/// Names in a path. One may have a slash in it, and the server leaves <c>%2F</c> as it is in a path: what it decoded is not one name for one
/// thing, so it is read off what was sent.
/// </summary>
internal static class PathNames
{
    /// <param name="http">The request.</param>
    /// <param name="place">Which part of the path, from 0: in <c>/v1/runs/nightly/cancel</c>, <c>nightly</c> is 2.</param>
    /// <returns>Empty where no name can stand there.</returns>
    public static string In(HttpContext http, int place)
    {
        var sent = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Split('?')[0];
        if (Uri.TryCreate(sent, UriKind.Absolute, out var whole) && whole.Scheme.StartsWith("http", StringComparison.Ordinal)) sent = whole.GetComponents(UriComponents.Path | UriComponents.KeepDelimiter, UriFormat.UriEscaped);
        var parts = sent.Split('/').Select(Uri.UnescapeDataString).ToList();
        // The server took these away before it looked for a route: what it found is then not what stands at that place.
        return parts.Count > place + 1 && !parts.Exists(part => part is "." or "..") ? parts[place + 1] : "";
    }
}
