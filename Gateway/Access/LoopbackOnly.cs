using System.Net;

namespace VideoGen.Gateway.Access;

/// <summary>
/// Without API keys only programs on this machine may call. Web pages and proxies on this machine are not such programs:
/// a page can point its own name at 127.0.0.1, which the Host header shows, and a proxy shows itself in its headers.
/// </summary>
internal static class LoopbackOnly
{
    private static readonly string[] ProxyHeaders = ["Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP"];

    /// <summary>Why this call is not one of this machine; null where it is.</summary>
    public static Problem? Refusal(HttpContext http)
    {
        // No address at all is no proof of loopback.
        if (http.Connection.RemoteIpAddress is not { } remote || !IsLoopback(remote)) return Problems.NotThisMachine();
        if (!IsLoopback(http.Request.Host)) return Problems.ForeignHost();
        return Array.Exists(ProxyHeaders, http.Request.Headers.ContainsKey) ? Problems.ThroughProxy() : null;
    }

    private static bool IsLoopback(IPAddress address) => IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);

    /// <summary>Whether a Host header names this machine as only it can be reached from itself.</summary>
    public static bool IsLoopback(HostString host) =>
        string.Equals(host.Host, "localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Host, out var address) && IsLoopback(address));
}
