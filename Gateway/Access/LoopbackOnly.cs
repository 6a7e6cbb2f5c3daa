using System.Net;

namespace VideoGen.Gateway.Access;

/// <summary>
/// Without API keys only programs on this machine may call. Web pages and proxies on this machine are not such programs:
/// a page can point its own name at 127.0.0.1, which the Host header shows, and a proxy shows itself in its headers.
/// </summary>
internal sealed class LoopbackOnly(RequestDelegate next)
{
    private static readonly string[] ProxyHeaders = ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP"];

    public Task InvokeAsync(HttpContext http) => Refusal(http) is { } problem ? problem.ExecuteAsync(http) : next(http);

    /// <summary>Why the caller is not a program on this machine; null where it is one.</summary>
    public static Problem? Refusal(HttpContext http)
    {
        // No address at all is no proof of loopback.
        if (http.Connection.RemoteIpAddress is not { } remote || !IsLoopback(remote)) return Problems.NotThisMachine();
        if (!IsLoopback(http.Request.Host)) return Problems.ForeignHost();
        return Array.Exists(ProxyHeaders, http.Request.Headers.ContainsKey) ? Problems.ThroughProxy() : null;
    }

    private static bool IsLoopback(IPAddress address) => IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);

    private static bool IsLoopback(HostString host) =>
        string.Equals(host.Host, "localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Host, out var address) && IsLoopback(address));
}
