using System.ComponentModel.DataAnnotations;
using VideoGen.Gateway.Access;

namespace VideoGen.Silo.Dashboard;

/// <summary>Where Orleans's dashboard is, section <c>Dashboard</c>.</summary>
internal sealed class DashboardSettings : IValidatableObject
{
    public const string Section = "Dashboard";

    /// <summary>Where it is when nothing else is said.</summary>
    public const string DefaultUrl = "http://127.0.0.1:8081";

    /// <summary>The address that it alone listens on; empty: there is none. Default: <see cref="DefaultUrl"/>, or none where that port is taken.</summary>
    public string? Url { get; set; }

    /// <summary>Whether it may listen on another address than this machine's own. It speaks HTTP, so the key can be read on the way.</summary>
    public bool Open { get; set; }

    /// <summary>Where to listen; null: nowhere.</summary>
    public Uri? Address => (Url ?? DefaultUrl) is { Length: > 0 } url ? new(url) : null;

    /// <summary>Whether this very address was asked for.</summary>
    public bool IsAsked => Url is not null;

    /// <summary>Whether it can be reached from this machine alone.</summary>
    public bool IsLoopback => Address is { } address && LoopbackOnly.IsLoopback(new HostString(address.Host));

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Url is { Length: > 0 } && !(Uri.TryCreate(Url, UriKind.Absolute, out var url) && url is { Scheme: "http", PathAndQuery: "/", Fragment: "", UserInfo: "" }))
            yield return new($"{Section}:{nameof(Url)} is an address such as {DefaultUrl}, with nothing behind the port, or empty for no dashboard; not '{Url}'.");
        else if (Address is not null && !IsLoopback && !Open)
            yield return new($"{Section}:{nameof(Url)} is '{Url}', which other machines can reach. If that is meant, set {Section}:{nameof(Open)} to true; the key is sent over it as it is.");
    }
}
