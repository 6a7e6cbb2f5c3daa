using System.Globalization;
using System.Net;
using Microsoft.Extensions.Options;

namespace VideoGen.Gateway.Access;

/// <summary>
/// How often a client may call, and how often an address may try keys that are none. The headers are those of the IETF's draft "RateLimit header
/// fields for HTTP" (draft-ietf-httpapi-ratelimit-headers-10). Programs on this machine, without any key, and the operator are not counted.
/// </summary>
internal sealed class CallRates(TimeProvider time, IOptions<GatewayOptions> options)
{
    private readonly CallCounts clients = new(time), addresses = new(time);

    /// <summary>Counts a call of a client, and tells it how many are left.</summary>
    public Problem? Client(HttpContext http, string client)
    {
        var most = options.Value.CallsPerMinute;
        var (before, until) = clients.Count(client);
        if (before >= most) return Problems.TooManyCalls(most, until);
        http.Response.Headers["RateLimit-Policy"] = string.Create(CultureInfo.InvariantCulture, $"\"{Problems.CallsPolicy}\";q={most};w={(int)CallCounts.Window.TotalSeconds}");
        http.Response.Headers["RateLimit"] = string.Create(CultureInfo.InvariantCulture, $"\"{Problems.CallsPolicy}\";r={most - before - 1};t={(int)Math.Ceiling((until - time.GetUtcNow()).TotalSeconds)}");
        return null;
    }

    /// <summary>Counts a call with a wrong key, or none.</summary>
    /// <returns>What to answer: the refusal, or another one where an address has had too many.</returns>
    public Problem Failed(HttpContext http, Problem refusal)
    {
        var (before, until) = addresses.Count(AddressOf(http.Connection.RemoteIpAddress));
        return before < options.Value.FailedCallsPerMinute ? refusal : Problems.TooManyFailures(options.Value.FailedCallsPerMinute, until);
    }

    // Who has a network of IPv6 has as many addresses as it likes: its first 64 bits are one caller.
    private static string AddressOf(IPAddress? address)
    {
        if (address is null) return "";
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        var bytes = address.GetAddressBytes();
        return Convert.ToHexString(bytes, 0, bytes.Length == 4 ? 4 : 8);
    }
}
