using Microsoft.Extensions.Options;
using VideoGen.Grains.Requests;
using VideoGen.Requests;

namespace VideoGen.Silo.Providers.Local;

/// <summary>
/// Words in a prompt that make it go wrong on purpose, so that everything that happens to a request can be shown and tested
/// without paying for it. <c>Providers:Local:FailWords:&lt;word&gt;</c> is one of:
/// <list type="table">
/// <item><term><c>refused</c></term><description>The submit is refused as impossible: proven that there is no job.</description></item>
/// <item><term><c>rejected_at_submit</c></term><description>The submit is rejected by the content policy: proven that there is no job.</description></item>
/// <item><term><c>lost_answer</c></term><description>The job is made and the answer of the submit is lost: it has to be found by our key. It is rendered.</description></item>
/// <item><term><c>rejected_uncharged</c>, <c>rejected_charged</c></term><description>Rendered, and then rejected by the content policy: for nothing, for the price.</description></item>
/// <item><term><c>failed_uncharged</c>, <c>failed_charged</c>, <c>failed_unknown</c></term><description>Rendered, and then failed: for nothing, for the price, and without saying which.</description></item>
/// <item><term><c>slow</c></term><description>Rendered, and finished only <see cref="LocalVideosOptions.SlowTime"/> later.</description></item>
/// <item><term><c>never_ends</c></term><description>Rendered, and running until it is cancelled.</description></item>
/// </list>
/// They are read when they matter and not kept with the job: another configuration after a restart counts for what had not ended.
/// </summary>
internal static class FailWords
{
    public const string Refused = "refused";
    public const string RejectedAtSubmit = "rejected_at_submit";
    public const string LostAnswer = "lost_answer";
    public const string RejectedUncharged = "rejected_uncharged";
    public const string RejectedCharged = "rejected_charged";
    public const string FailedUncharged = "failed_uncharged";
    public const string FailedCharged = "failed_charged";
    public const string FailedUnknown = "failed_unknown";
    public const string Slow = "slow";
    public const string NeverEnds = "never_ends";

    public static readonly string[] All =
        [Refused, RejectedAtSubmit, LostAnswer, RejectedUncharged, RejectedCharged, FailedUncharged, FailedCharged, FailedUnknown, Slow, NeverEnds];

    /// <summary>Why a submit makes no job; null where it makes one.</summary>
    public static Failure? Refusal(LocalVideosOptions options, string prompt) => Of(options, prompt) switch
    {
        Refused => new(FailureKind.Refused, "The prompt contains a word that this provider is configured to refuse.", Refused),
        RejectedAtSubmit => new(FailureKind.Rejected, "The prompt contains a word that is configured to violate the content policy.", RejectedAtSubmit),
        _ => null,
    };

    /// <summary>Whether the answer of a submit that made a job is lost.</summary>
    public static bool LosesAnswer(LocalVideosOptions options, string prompt) => Of(options, prompt) == LostAnswer;

    /// <summary>How long a job goes on after it was rendered.</summary>
    public static TimeSpan TimeAfterRendering(LocalVideosOptions options, string prompt) => Of(options, prompt) switch
    {
        Slow => options.SlowTime,
        NeverEnds => Timeout.InfiniteTimeSpan,
        _ => options.Latency,
    };

    /// <summary>The bad ending of a job that was rendered; null for a good one.</summary>
    public static LocalEnding.Failed? Ending(LocalVideosOptions options, string prompt, DateTimeOffset at) => Of(options, prompt) switch
    {
        RejectedUncharged => Rejected(at, RejectedUncharged, Charged.No),
        RejectedCharged => Rejected(at, RejectedCharged, Charged.Yes),
        FailedUncharged => Failed(at, "fail", FailedUncharged, Charged.No),
        FailedCharged => Failed(at, "fail and to cost", FailedCharged, Charged.Yes),
        FailedUnknown => Failed(at, "fail without saying what it cost", FailedUnknown, Charged.Unknown),
        _ => null,
    };

    private static LocalEnding.Failed Rejected(DateTimeOffset at, string code, Charged charged) =>
        new(at, FailureKind.Rejected, "The prompt contains a word that is configured to violate the content policy.", code, charged);

    private static LocalEnding.Failed Failed(DateTimeOffset at, string what, string code, Charged charged) =>
        new(at, FailureKind.Unavailable, $"The prompt contains a word that is configured to {what}.", code, charged);

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
