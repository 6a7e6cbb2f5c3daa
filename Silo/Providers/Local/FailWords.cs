using Microsoft.Extensions.Options;
using VideoGen.Grains.Requests;
using VideoGen.Requests;

namespace VideoGen.Silo.Providers.Local;

/// <summary>Words in a prompt that make a job end badly on purpose, so that every bad ending can be shown and tested without paying for it.</summary>
internal static class FailWords
{
    public const string FailedUncharged = "failed_uncharged";
    public const string FailedCharged = "failed_charged";
    public const string ContentPolicy = "content_policy";
    public const string Refused = "refused";

    public static readonly string[] All = [FailedUncharged, FailedCharged, ContentPolicy, Refused];

    /// <summary>The refusal of a submit: such a prompt never becomes a job.</summary>
    public static Failure? Refusal(LocalVideosOptions options, string prompt) =>
        Of(options, prompt) == Refused ? new(FailureKind.Refused, "The prompt contains a word that this provider is configured to refuse.", Refused) : null;

    /// <summary>The bad ending of a job; null for one that is rendered.</summary>
    public static LocalEnding.Failed? Ending(LocalVideosOptions options, string prompt, DateTimeOffset at) => Of(options, prompt) switch
    {
        FailedUncharged => new(at, FailureKind.Unavailable, "The prompt contains a word that is configured to fail.", FailedUncharged, Charged.No),
        FailedCharged => new(at, FailureKind.Unavailable, "The prompt contains a word that is configured to fail and to cost.", FailedCharged, Charged.Yes),
        ContentPolicy => new(at, FailureKind.Rejected, "The prompt contains a word that is configured to violate the content policy.", ContentPolicy, Charged.No),
        _ => null,
    };

    private static string? Of(LocalVideosOptions options, string prompt) =>
        options.FailWords.Where(word => prompt.Contains(word.Key, StringComparison.OrdinalIgnoreCase)).Select(word => word.Value).FirstOrDefault();
}

/// <summary>Refuses fail words that mean nothing, at start.</summary>
internal sealed class FailWordsCheck : IValidateOptions<LocalVideosOptions>
{
    public ValidateOptionsResult Validate(string? name, LocalVideosOptions options)
    {
        var wrong = options.FailWords.Where(word => !FailWords.All.Contains(word.Value, StringComparer.Ordinal))
            .Select(word => $"{LocalVideosOptions.Section}:FailWords:{word.Key} is '{word.Value}': use one of {string.Join(", ", FailWords.All)}.")
            .ToList();
        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }
}
