using System.Diagnostics.CodeAnalysis;

namespace VideoGen.Access;

/// <summary>What a key may do with what is its client's; none of them shows it another client's.</summary>
[Flags]
public enum KeyScopes
{
    None = 0,

    /// <summary>Ask, cancel, delete: whatever changes something.</summary>
    Generate = 1,

    /// <summary>See.</summary>
    Read = 2,

    /// <summary>Everything of the operator's, as with the operator's own key.</summary>
    Admin = 4,
}

/// <summary>The words of <see cref="KeyScopes"/>, in the only place that spells them.</summary>
public static class KeyScopeWords
{
    /// <summary>What a key may do that nobody said more or less of.</summary>
    public const KeyScopes Usual = KeyScopes.Generate | KeyScopes.Read;

    /// <summary>All that there are.</summary>
    public static readonly IReadOnlyList<string> All = ["generate", "read", "admin"];

    /// <summary>Each by its word, always in the same order.</summary>
    public static IReadOnlyList<string> Words(this KeyScopes scopes) => [.. All.Where(word => scopes.HasFlag(Of(word)))];

    /// <summary>Reads one or more words; in any order, each at most once.</summary>
    public static bool TryParse([NotNullWhen(true)] IReadOnlyCollection<string>? words, out KeyScopes scopes)
    {
        scopes = KeyScopes.None;
        if (words is null || words.Count == 0 || words.Any(word => !All.Contains(word, StringComparer.Ordinal)) || words.Distinct(StringComparer.Ordinal).Count() < words.Count) return false;
        foreach (var word in words) scopes |= Of(word);
        return true;
    }

    private static KeyScopes Of(string word) => word switch
    {
        "generate" => KeyScopes.Generate,
        "read" => KeyScopes.Read,
        "admin" => KeyScopes.Admin,
        _ => throw new ArgumentOutOfRangeException(nameof(word), word, null),
    };
}
