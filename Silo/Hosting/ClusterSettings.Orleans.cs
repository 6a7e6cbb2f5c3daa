using System.ComponentModel.DataAnnotations;
using System.Net;
using VideoGen.Storage.Hosts;

namespace VideoGen.Silo.Hosting;

/// <summary>Where this silo stands in its cluster.</summary>
internal sealed class ClusterSettings : ClusterNames, IValidatableObject
{
    /// <summary>Where other silos reach this one.</summary>
    [Range(1, 65535)]
    public int SiloPort { get; set; } = 11111;

    /// <summary>Where gateways reach it.</summary>
    [Range(1, 65535)]
    public int GatewayPort { get; set; } = 30000;

    /// <summary>The IP address at which both reach it. By default only from this machine.</summary>
    public string AdvertisedAddress { get; set; } = IPAddress.Loopback.ToString();

    /// <summary>Whether clients may ask this silo itself for videos, besides the gateways. Without, it has <c>/health</c> and <c>/metrics</c> alone.</summary>
    public bool Door { get; set; } = true;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!IPAddress.TryParse(AdvertisedAddress, out var address) || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
            yield return new($"{Section}:{nameof(AdvertisedAddress)} is the IP address of this machine that the other silos reach, not '{AdvertisedAddress}'.");
        if (SiloPort == GatewayPort) yield return new($"{Section}:{nameof(SiloPort)} and {Section}:{nameof(GatewayPort)} must be two ports.");
    }
}
