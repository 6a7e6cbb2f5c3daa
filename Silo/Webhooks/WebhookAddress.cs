using VideoGen.Gateway.Http;

namespace VideoGen.Silo.Webhooks;

/// <summary>Which addresses clients may have us call. What a name is resolved to is looked at again whenever it is called, see <see cref="SafeHttp"/>.</summary>
internal static class WebhookAddress
{
    /// <summary>Where one says that others than public ones are right.</summary>
    public const string PrivateOption = $"{WebhooksOptions.Section}:{nameof(WebhooksOptions.PrivateAddresses)}";

    /// <summary>Characters, all of them ASCII.</summary>
    public const int MaxLength = 2_000;

    private const int HttpsPort = 443, FirstUnprivilegedPort = 1_024;

    /// <summary>What it must be, as a sentence that goes on after the name of its field; null where it is that.</summary>
    public static string? WrongWith(string text, bool allowsPrivate)
    {
        if (text.Length is 0 or > MaxLength || text.Any(c => c is <= ' ' or > '~')) return $"must be an address of at most {MaxLength} visible ASCII characters; write others with percent signs, and a name in another script as xn--.";
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Host.Length == 0) return "must be a whole address, such as https://example.com/videos.";
        if (url.Scheme != Uri.UriSchemeHttps && !(allowsPrivate && url.Scheme == Uri.UriSchemeHttp)) return $"must begin with https://. Where http is right, the operator sets {PrivateOption} to true.";
        if (url.UserInfo.Length > 0) return "must have no user and no password before the host; the signature says who calls.";
        if (url.Fragment.Length > 0 || text.Contains('#')) return "must have no fragment (#): nobody is sent one.";
        if (allowsPrivate) return null;
        if (url.Port is not HttpsPort and < FirstUnprivilegedPort) return $"must have port {HttpsPort} or one from {FirstUnprivilegedPort} on.";
        return SafeHttp.WrongWith(url, PrivateOption) is { } wrong ? $"is refused: {wrong}"
            : url.IsLoopback ? $"is refused: {url.Host} is this machine, so nothing is sent there. Where that is right, set {PrivateOption} to true."
            : null;
    }
}
