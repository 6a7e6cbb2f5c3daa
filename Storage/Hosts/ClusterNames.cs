using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace VideoGen.Storage.Hosts;

/// <summary>Which cluster a process on Orleans belongs to, and its part of the database server; section <c>Cluster</c>.</summary>
public class ClusterNames
{
    public const string Section = "Cluster";

    /// <summary>How Orleans's providers call the driver of PostgreSQL.</summary>
    public const string Driver = "Npgsql";

    /// <summary>Silos and gateways with the same one find each other.</summary>
    [Required, RegularExpression("[A-Za-z0-9_.-]{1,100}")]
    public string ClusterId { get; set; } = "videogen";

    /// <summary>Reminders belong to it. It stays the same when the cluster's id changes, and no two clusters may have it at once.</summary>
    [Required, RegularExpression("[A-Za-z0-9_.-]{1,100}")]
    public string ServiceId { get; set; } = "videogen";

    /// <summary>How many connections to PostgreSQL this process may have. Those of all silos and gateways must be fewer than the server's <c>max_connections</c>.</summary>
    [Range(PostgresConnections.LeastConnections, 1000)]
    public int MaxConnections { get; set; } = 20;

    /// <summary>Reads the section at once: Orleans asks for names and ports while it is put together, before options are checked.</summary>
    /// <exception cref="OptionsValidationException">Something in it is wrong.</exception>
    public static T Read<T>(IConfiguration configuration) where T : ClusterNames, new()
    {
        var settings = new T();
        configuration.GetSection(Section).Bind(settings);
        var check = new DataAnnotationValidateOptions<T>(name: null).Validate(name: null, settings);
        return check.Failed ? throw new OptionsValidationException(Section, typeof(T), check.Failures) : settings;
    }
}
