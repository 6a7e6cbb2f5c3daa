using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace VideoGen.Access;

/// <summary>What a plan is called: limits that clients have in common, configured under a name.</summary>
public static partial class ClientPlan
{
    /// <summary>The section of the configuration that has them all, each under its name.</summary>
    public const string Section = "Plans";

    /// <summary>What people call the plan that every client has by itself: the limits of all, without a section of its own.</summary>
    public const string Default = "default";

    /// <summary>What a plan's name has to be, to end a sentence with.</summary>
    public const string Rule = $"a plan's name has 1 to 64 of a-z, 0-9, dash and underscore, and is not '{Default}'";

    /// <summary>Whether this can be the name of a plan that is configured.</summary>
    public static bool IsName([NotNullWhen(true)] string? name) => name is not null and not Default && Names().IsMatch(name);

    [GeneratedRegex(@"\A[a-z0-9_-]{1,64}\z", RegexOptions.NonBacktracking)]
    private static partial Regex Names();
}
