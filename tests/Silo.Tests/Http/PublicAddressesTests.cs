using System.Net;
using System.Net.NetworkInformation;
using VideoGen.Gateway.Http;

namespace VideoGen.Silo.Tests.Http;

/// <summary>Which addresses a stranger may make us call.</summary>
public sealed class PublicAddressesTests
{
    [Theory]
    [InlineData("0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255 127.0.0.1 127.1.2.3 169.254.169.254 172.16.0.1 172.31.255.255")]
    [InlineData("192.0.0.1 192.0.2.1 192.88.99.1 192.168.0.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255")]
    [InlineData(":: ::1 fc00::1 fd00:ec2::254 fe80::1 fe80::1%1 fec0::1 ff02::1 100::1 2001:db8::1 2001:0:7f00:1:: 2001:20::1 2002:7f00:1:: 2002:808:808:: 3fff::1 5f00::1 4000::1")]
    [InlineData("::ffff:127.0.0.1 ::ffff:169.254.169.254 ::ffff:10.0.0.1 ::ffff:0:127.0.0.1 ::127.0.0.1 64:ff9b::127.0.0.1 64:ff9b::10.0.0.1 64:ff9b::a9fe:a9fe 64:ff9b:1::808:808")]
    public void Somebodys_own_and_nobodys_are_not(string addresses) =>
        Assert.Empty(addresses.Split(' ').Where(address => PublicAddresses.Has(IPAddress.Parse(address))));

    [Theory]
    [InlineData("1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 169.253.255.255 172.15.255.255 172.32.0.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 223.255.255.255")]
    [InlineData("2606:4700:4700::1111 2001:4860:4860::8888 2400:cb00::1 2a00:1450:4001::1 3ffe:ffff::1 2001:200::1 ::ffff:8.8.8.8 64:ff9b::8.8.8.8")]
    public void The_internets_are(string addresses) =>
        Assert.Empty(addresses.Split(' ').Where(address => !PublicAddresses.Has(IPAddress.Parse(address))));

    [Fact]
    public void Those_of_this_very_machine_are_not() => Assert.Empty(
        from card in NetworkInterface.GetAllNetworkInterfaces()
        from own in card.GetIPProperties().UnicastAddresses
        where PublicAddresses.Has(own.Address) || PublicAddresses.Has(own.Address.MapToIPv6())
        select own.Address);
}
