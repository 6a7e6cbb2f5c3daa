using System.Text.RegularExpressions;
using VideoGen.Grains.Requests;
using VideoGen.Silo.Providers.Http;

namespace VideoGen.Silo.Providers.Replicate;

/// <summary>
/// What Replicate's answers prove.
/// <para>
/// Its errors have no codes: they have a title and a sentence. On the list are those by which it says that it made no prediction, each with
/// the one status that it comes with: no valid token (401), no credit (402), nothing of that name (404), an input that the model's schema does
/// not take and a version that may not be run (422), and too many calls (429, documented at docs/topics/predictions/rate-limits). The error
/// codes of docs/reference/error-codes (E1000 and up, and the older E001 to E009) are about predictions that ran: at a submit only the
/// one of its content policy is read.
/// </para>
/// </summary>
internal sealed partial class ReplicateAnswers : IAnswerReader
{
    private const string Invalid = "The provider does not take this request.", PolicyCode = "E005", Throttled = "throttled", NotFound = "not_found";

    public IReadOnlyList<NoJobProof> ProvesNoJob { get; } =
    [
        new(401, "unauthenticated", FailureKind.Unavailable, "The provider does not know this account's key."),
        new(402, "insufficient_credit", FailureKind.Unavailable, "The provider account has nothing left to spend."),
        new(404, NotFound, FailureKind.Refused, Invalid),
        new(422, "input_validation_failed", FailureKind.Refused, Invalid),
        new(422, "invalid_version_or_not_permitted", FailureKind.Refused, Invalid),
        new(422, PolicyCode, FailureKind.Rejected, "The provider's content policy does not allow this prompt."),
        new(429, Throttled, FailureKind.Throttled, "The provider asks for fewer videos at a time."),
    ];

    public string? JobIdIn(byte[] body) => ReplicateWire.Prediction(body)?.Id;

    public ProviderError ErrorIn(byte[] body)
    {
        var (title, detail) = ReplicateWire.Error(body);
        return new(CodeOf(title, detail), detail);
    }

    /// <summary>Whether an answer is its own word that there is no such thing, and not that of something between us and it.</summary>
    public bool IsGone(HttpOutcome outcome) => outcome is HttpOutcome.Answered { Status: 404 } answered && ErrorIn(answered.Body).Code == NotFound;

    /// <summary>Why a prediction failed.</summary>
    /// <param name="error">Its sentence.</param>
    public static Failure Ended(string? error)
    {
        var code = error is not null && ErrorCode().Match(error) is { Success: true } match ? match.Value : null;
        return code == PolicyCode || (error is not null && Policy().IsMatch(error)) ? SharedReplies.Rejected(code) : SharedReplies.NotMade(code);
    }

    private static string? CodeOf(string? title, string? detail)
    {
        if (detail is not null && (Policy().IsMatch(detail) || ErrorCode().Match(detail).Value == PolicyCode)) return PolicyCode;
        if (detail is not null && detail.StartsWith("Request was throttled.", StringComparison.Ordinal)) return Throttled;
        if (title is not null) return NotInCodes().Replace(title.ToLowerInvariant(), "_");
        return detail == "The requested resource could not be found." ? NotFound : null;
    }

    [GeneratedRegex(@"\bE[0-9]{3,4}\b", RegexOptions.NonBacktracking)]
    private static partial Regex ErrorCode();

    [GeneratedRegex("flagged as sensitive|content policy|content moderation|nsfw|safety (filter|checker|system)|prohibited content", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Policy();

    [GeneratedRegex("[^a-z0-9]+", RegexOptions.NonBacktracking)]
    private static partial Regex NotInCodes();
}
