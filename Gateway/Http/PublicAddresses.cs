using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace VideoGen.Gateway.Http;

/// <summary>Which addresses are of the public internet: what a stranger may make us call. All others are somebody's own network, or nobody's.</summary>
internal static class PublicAddresses
{
    /// <summary>IANA's registry of special IPv4 addresses (https://www.iana.org/assignments/iana-ipv4-special-registry), multicast and what is reserved.</summary>
    private static readonly IPNetwork[] SpecialV4 =
    [
        .. ((string[])
        [
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        ]).Select(network => IPNetwork.Parse(network)),
    ];

    /// <summary>What IPv6 has of global unicast addresses (RFC 4291); unique local, link-local, multicast and loopback are outside.</summary>
    private static readonly IPNetwork Global = IPNetwork.Parse("2000::/3");

    /// <summary>
    /// Of those, what is special (https://www.iana.org/assignments/iana-ipv6-special-registry): protocols' own with Teredo, documentation, and
    /// 6to4, which has an IPv4 address in it and no use any more.
    /// </summary>
    private static readonly IPNetwork[] SpecialV6 = [.. ((string[])["2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"]).Select(network => IPNetwork.Parse(network))];

    /// <summary>NAT64 (RFC 6052): an IPv4 address in the last four bytes. That of the local network, 64:ff9b:1::/48, is not public.</summary>
    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");

    /// <summary>Whether it is one. This machine's own is none, whatever it looks like.</summary>
    public static bool Has(IPAddress address) => IsGlobal(address) && !IsOurs(address);

    private static bool IsGlobal(IPAddress address) => address.AddressFamily switch
    {
        AddressFamily.InterNetwork => !Array.Exists(SpecialV4, network => network.Contains(address)),
        AddressFamily.InterNetworkV6 when address.IsIPv4MappedToIPv6 => IsGlobal(address.MapToIPv4()),
        AddressFamily.InterNetworkV6 when Nat64.Contains(address) => IsGlobal(new IPAddress(address.GetAddressBytes().AsSpan(^4..))),
        AddressFamily.InterNetworkV6 => Global.Contains(address) && !Array.Exists(SpecialV6, network => network.Contains(address)),
        _ => false,
    };

    private static bool IsOurs(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return NetworkInterface.GetAllNetworkInterfaces().SelectMany(card => card.GetIPProperties().UnicastAddresses).Any(own => own.Address.Equals(plain));
    }
}
