using System.Globalization;
using System.Text.RegularExpressions;
using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Requests;

namespace VideoGen.Silo.Providers.Http;

/// <summary>What a provider's error body says.</summary>
/// <param name="Code">Its word or number for what is wrong; null where it has none.</param>
/// <param name="Message">Its sentence; null where it has none.</param>
internal sealed record ProviderError(string? Code, string? Message)
{
    public static ProviderError None { get; } = new(null, null);
}

/// <summary>An answer to a submit that proves that there is no job, because the provider's documentation says so.</summary>
/// <param name="Status">The HTTP status. Never 409: something of that kind is there already, and it may be ours.</param>
/// <param name="Code">The provider's error code. An answer without one may come from anything between us and it.</param>
/// <param name="Kind">What it means for the request.</param>
/// <param name="Why">A sentence for a person.</param>
internal sealed record NoJobProof(int Status, string Code, FailureKind Kind, string Why);

/// <summary>How the answers of one protocol are read.</summary>
internal interface IAnswerReader
{
    /// <summary>The job's id in the answer to a submit; null where there is none.</summary>
    string? JobIdIn(byte[] body);

    /// <summary>The error in any answer.</summary>
    ProviderError ErrorIn(byte[] body);

    /// <summary>The documented proofs that a submit made no job. Whatever is not on it is unknown.</summary>
    IReadOnlyList<NoJobProof> ProvesNoJob { get; }
}

/// <summary>The one place where a failed HTTP call is read as what it means for a request.</summary>
internal static partial class HttpFailures
{
    /// <summary>The code of a place that is not asked.</summary>
    public const string AddressRefused = "address_refused";

    private const int Conflict = 409;

    /// <summary>What a submit was answered with.</summary>
    /// <param name="outcome">What became of the call.</param>
    /// <param name="reader">The protocol.</param>
    /// <param name="secrets">What no failure may have in it: the key, the prompt.</param>
    public static SubmitReply Submit(HttpOutcome outcome, IAnswerReader reader, params IEnumerable<string> secrets)
    {
        switch (outcome)
        {
            case HttpOutcome.NotSent unsent:
                return new SubmitReply.NotSent(new(unsent.TooLate ? FailureKind.Expired : FailureKind.Unavailable, unsent.Why, unsent.TooLate ? Codes.TooLateToSend : null));
            case HttpOutcome.NoAnswer none:
                return new SubmitReply.Unknown(new(FailureKind.Unknown, none.Why));
            case HttpOutcome.Answered { IsSuccess: true } answered when reader.JobIdIn(answered.Body) is { } jobId:
                return new SubmitReply.Accepted(jobId);
            case HttpOutcome.Answered answered:
                var error = reader.ErrorIn(answered.Body);
                return ProofIn(answered.Status, error.Code, reader) is { } proof
                    ? new SubmitReply.NoJob(new(proof.Kind, Sentence(proof, error, secrets), Code(error.Code), answered.RetryAfter))
                    : new SubmitReply.Unknown(new(FailureKind.Unknown, Unexpected(answered.Status), Code(error.Code), answered.RetryAfter));
            default:
                throw new NotSupportedException("An outcome that this version does not know.");
        }
    }

    /// <summary>Why a call that may be repeated did not do what it should.</summary>
    /// <param name="outcome">What became of the call.</param>
    /// <param name="reader">The protocol.</param>
    public static Failure Trouble(HttpOutcome outcome, IAnswerReader reader)
    {
        if (outcome is HttpOutcome.NotAsked refused) return new(FailureKind.Unavailable, refused.Why, AddressRefused);
        if (outcome is not HttpOutcome.Answered answered) return new(FailureKind.Unavailable, outcome is HttpOutcome.NoAnswer none ? none.Why : "The call was not made.");
        var code = Code(reader.ErrorIn(answered.Body).Code);
        return answered.Status switch
        {
            429 => new(FailureKind.Throttled, "The provider asks for fewer calls.", code, answered.RetryAfter),
            401 or 403 => new(FailureKind.Unavailable, $"The provider does not let this account in ({Number(answered.Status)}): check its key.", code),
            >= 500 => new(FailureKind.Unavailable, Unexpected(answered.Status), code, answered.RetryAfter),
            _ => new(FailureKind.Unknown, answered.IsSuccess ? "The provider's answer could not be understood." : Unexpected(answered.Status), code, answered.RetryAfter),
        };
    }

    private static NoJobProof? ProofIn(int status, string? code, IAnswerReader reader) =>
        code is null || status == Conflict ? null : reader.ProvesNoJob.FirstOrDefault(proof => proof.Status == status && proof.Code == code);

    // The provider's own sentence is told only where the asker can do something about it, and never with what must not be told.
    private static string Sentence(NoJobProof proof, ProviderError error, IEnumerable<string> secrets)
    {
        if (proof.Kind != FailureKind.Refused || error.Message is not { Length: > 0 } message) return proof.Why;
        foreach (var secret in secrets.Where(secret => secret.Length > 0)) message = message.Replace(secret, "…", StringComparison.OrdinalIgnoreCase);
        return $"{proof.Why} {message}";
    }

    private static string Unexpected(int status) => $"The provider answered with {Number(status)}.";

    private static string Number(int status) => status.ToString(CultureInfo.InvariantCulture);

    /// <summary>A code is a word. Anything else in its place is somebody's text, and may be somebody's prompt: null.</summary>
    public static string? Code(string? code) => code is not null && Word().IsMatch(code) ? code : null;

    [GeneratedRegex(@"\A[A-Za-z0-9_.\-]{1,64}\z", RegexOptions.NonBacktracking)]
    private static partial Regex Word();
}
