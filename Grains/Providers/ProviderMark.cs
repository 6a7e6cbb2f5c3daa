using System.Globalization;

namespace VideoGen.Grains.Providers;

/// <summary>Our mark on an attempt, as providers get it: <c>&lt;installation&gt;-&lt;request&gt;-&lt;round&gt;.&lt;attempt&gt;</c>.</summary>
/// <param name="RequestKey">The request.</param>
/// <param name="Round">Its round.</param>
/// <param name="Attempt">The attempt.</param>
public sealed record ProviderMark(string RequestKey, int Round, int Attempt)
{
    public static string Of(string installation, string requestKey, int round, int attempt) =>
        string.Create(CultureInfo.InvariantCulture, $"{installation}-{requestKey}-{round}.{attempt}");

    /// <summary>Reads a mark of this installation; null where it is none.</summary>
    public static ProviderMark? Parse(string? text, string installation)
    {
        if (text is null || !text.StartsWith($"{installation}-", StringComparison.Ordinal)) return null;
        var rest = text[(installation.Length + 1)..];
        var dash = rest.LastIndexOf('-');
        if (dash <= 0 || rest[(dash + 1)..].Split('.') is not [var round, var attempt]) return null;
        var mark = new ProviderMark(rest[..dash], Number(round), Number(attempt));
        return Of(installation, mark.RequestKey, mark.Round, mark.Attempt) == text ? mark : null;
    }

    private static int Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;
}
