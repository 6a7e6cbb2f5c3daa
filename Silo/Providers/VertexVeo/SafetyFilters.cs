using System.Text.RegularExpressions;

namespace VideoGen.Silo.Providers.VertexVeo;

/// <summary>
/// Veo's safety filters, in plain words. What they say ends with "Support codes: 17301594"; which code is which category stands in Google's
/// "Responsible AI and usage guidelines for Veo", and is all of their sentence that is told: the rest may repeat the prompt.
/// </summary>
internal static partial class SafetyFilters
{
    private static readonly Dictionary<string, string> _categories = new(StringComparer.Ordinal)
    {
        ["58061214"] = Child, ["17301594"] = Child,
        ["29310472"] = Celebrity, ["15236754"] = Celebrity,
        ["64151117"] = Safety, ["42237218"] = Safety,
        ["62263041"] = "something dangerous",
        ["57734940"] = Hate, ["22137204"] = Hate,
        ["92201652"] = "somebody's personal data",
        ["89371032"] = Prohibited, ["49114662"] = Prohibited, ["72817394"] = Prohibited,
        ["90789179"] = Sexual, ["63429089"] = Sexual, ["43188360"] = Sexual,
        ["78610348"] = "something toxic",
        ["61493863"] = Violence, ["56562880"] = Violence,
        ["32635315"] = "something vulgar",
    };

    private const string Child = "a child", Celebrity = "a well-known person", Safety = "something unsafe", Hate = "hate", Prohibited = "something prohibited", Sexual = "something sexual", Violence = "violence";

    /// <summary>Whether a sentence of the provider's is one of theirs.</summary>
    public static bool Speak(string? sentence) => sentence is not null && Sentence().IsMatch(sentence);

    /// <summary>Why a video, or a prompt, was rejected.</summary>
    /// <param name="reasons">What they said.</param>
    public static string Why(params IEnumerable<string> reasons)
    {
        var found = reasons.SelectMany(reason => Codes().Matches(reason)).Select(code => _categories.GetValueOrDefault(code.Value)).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        return found.Count == 0
            ? "The provider's content policy rejected the video."
            : $"The provider's content policy rejected the video: its filters found {string.Join(" and ", found)} in it, or in what was asked for.";
    }

    [GeneratedRegex(@"support codes?:|responsible ai|usage guidelines|might violate our policies|prompt could(n't| not) be submitted", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking | RegexOptions.IgnoreCase)]
    private static partial Regex Sentence();

    [GeneratedRegex(@"\b[0-9]{8}\b", RegexOptions.NonBacktracking)]
    private static partial Regex Codes();
}
