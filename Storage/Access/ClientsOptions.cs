namespace VideoGen.Storage.Access;

/// <summary>Clients by configuration, section <c>Clients</c>: for a container that is set up without a command at its database.</summary>
public sealed class ClientsOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Clients";

    /// <summary>By the client's name, see <see cref="VideoGen.Access.Owner.Client"/>.</summary>
    public Dictionary<string, ClientOptions> ByName { get; } = new(StringComparer.Ordinal);
}

/// <summary>One client; section <c>Clients:&lt;name&gt;</c>. It may have more keys in the database.</summary>
public sealed class ClientOptions
{
    /// <summary>The SHA-256 of its key, 64 hexadecimal digits. Default: no key by configuration.</summary>
    public string? KeySha256 { get; set; }

    /// <summary>The name of its plan, in place of the one that the database has for it. Default: that one.</summary>
    public string? Plan { get; set; }
}
