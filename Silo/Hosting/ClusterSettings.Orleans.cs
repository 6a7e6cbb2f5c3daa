using System.ComponentModel.DataAnnotations;
using System.Net;
using VideoGen.Storage;

namespace VideoGen.Silo.Hosting;

/// <summary>Where this silo stands in its cluster.</summary>
internal sealed class ClusterSettings : IValidatableObject
{
    public const string Section = "Cluster";

    /// <summary>Silos and gateways with the same one find each other.</summary>
    [Required, RegularExpression("[A-Za-z0-9_.-]{1,100}")]
    public string ClusterId { get; set; } = "videogen";

    /// <summary>Reminders belong to it. It stays the same when the cluster's id changes, and no two clusters may have it at once.</summary>
    [Required, RegularExpression("[A-Za-z0-9_.-]{1,100}")]
    public string ServiceId { get; set; } = "videogen";

    /// <summary>Where other silos reach this one.</summary>
    [Range(1, 65535)]
    public int SiloPort { get; set; } = 11111;

    /// <summary>Where gateways reach it.</summary>
    [Range(1, 65535)]
    public int GatewayPort { get; set; } = 30000;

    /// <summary>How many connections to PostgreSQL this silo may have. Those of all silos and gateways must be fewer than the server's <c>max_connections</c>.</summary>
    [Range(PostgresConnections.LeastConnections, 1000)]
    public int MaxConnections { get; set; } = 20;

    /// <summary>The IP address at which both reach it. By default only from this machine.</summary>
    public string AdvertisedAddress { get; set; } = IPAddress.Loopback.ToString();

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!IPAddress.TryParse(AdvertisedAddress, out var address) || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
            yield return new($"{Section}:{nameof(AdvertisedAddress)} is the IP address of this machine that the other silos reach, not '{AdvertisedAddress}'.");
        if (SiloPort == GatewayPort) yield return new($"{Section}:{nameof(SiloPort)} and {Section}:{nameof(GatewayPort)} must be two ports.");
    }
}
