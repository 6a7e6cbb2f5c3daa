using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace VideoGen.Access;

/// <summary>Who asks and who pays: a client of ours (the holder of an API key) and one of that client's own users.</summary>
/// <param name="Client">1 to 64 of a-z, 0-9, dash and underscore. From the key, never from a body.</param>
/// <param name="User">1 to 128 visible ASCII characters: the client's own claim. <see cref="Everyone"/> where it names none.</param>
[GenerateSerializer, Immutable, Alias("VideoGen.Owner")]
public sealed partial record Owner([property: Id(0)] string Client, [property: Id(1)] string User)
{
    /// <summary>The client of calls from this machine while no API key is configured.</summary>
    public const string LocalClient = "local";

    /// <summary>All users of a client that does not tell them apart: they share one quota.</summary>
    public const string Everyone = "-";

    /// <summary>The most characters a user's name may have.</summary>
    public const int MaxUserLength = 128;

    /// <summary>Whether this text can be the name of a client that has keys; <see cref="LocalClient"/> has none.</summary>
    public static bool IsClient([NotNullWhen(true)] string? client) => client is not null and not LocalClient && ClientNames().IsMatch(client);

    /// <summary>Whether this text can be a user's name.</summary>
    public static bool IsUser([NotNullWhen(true)] string? user) => user is not null && UserNames().IsMatch(user);

    /// <summary>As stored and as part of grain keys: <c>client/user</c>. A client's name has no slash, so the first one splits.</summary>
    public override string ToString() => $"{Client}/{User}";

    /// <summary>The inverse of <see cref="ToString"/>.</summary>
    /// <exception cref="FormatException">There is no slash.</exception>
    public static Owner Parse(string text) => text.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash
        ? new(text[..slash], text[(slash + 1)..])
        : throw new FormatException($"'{text}' is not an owner: expected client/user.");

    [GeneratedRegex(@"\A[a-z0-9_-]{1,64}\z", RegexOptions.NonBacktracking)]
    private static partial Regex ClientNames();

    [GeneratedRegex(@"\A[\x21-\x7e]{1,128}\z", RegexOptions.NonBacktracking)]
    private static partial Regex UserNames();
}
