using System.Collections.Immutable;

namespace Orleans.Runtime;

public static class RequestContext
{
    private static readonly ImmutableDictionary<string, object> Nothing = ImmutableDictionary.Create<string, object>(StringComparer.Ordinal);
    private static readonly AsyncLocal<ImmutableDictionary<string, object>?> Values = new();

    public static IEnumerable<string> Keys => Current.Keys;

    public static IEnumerable<KeyValuePair<string, object>> Entries => Current;

    /// <summary>What a call carries from its caller to the grain. Immutable, so carrying it is copying it.</summary>
    internal static ImmutableDictionary<string, object> Current
    {
        get => Values.Value ?? Nothing;
        set
        {
            // Writing an unchanged value would still copy the execution context.
            if (!ReferenceEquals(Current, value))
                Values.Value = value;
        }
    }

    internal static ImmutableDictionary<string, object> Empty => Nothing;

    public static object? Get(string key) => Current.GetValueOrDefault(key);

    public static void Set(string key, object value) => Values.Value = Current.SetItem(key, value);

    public static bool Remove(string key)
    {
        var had = Current.ContainsKey(key);
        if (had)
            Values.Value = Current.Remove(key);
        return had;
    }

    public static void Clear() => Current = Nothing;
}
