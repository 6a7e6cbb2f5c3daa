using VideoGen.Grains.Requests;
using VideoGen.Silo.Providers.Http;

namespace VideoGen.Silo.Providers.OpenAiVideos;

/// <summary>
/// What the answers of a server that speaks OpenAI's Videos API prove.
/// <para>
/// On the list are the codes of OpenAI's guide to error codes that say that the request itself was turned down, and the answer that
/// FastAPI gives to a body that its endpoint does not take, which it never calls then. They say it about the one request that the server
/// got from us. A gateway that repeats requests by itself (LiteLLM with <c>num_retries</c>) may pass on the refusal of its second try
/// after its first made a job: switch that off. Numbers in the place of codes (vLLM) only repeat the status, and prove nothing.
/// </para>
/// </summary>
internal sealed class OpenAiAnswers : IAnswerReader
{
    private const string Invalid = "The provider does not take this request.", Policy = "The provider's content policy does not allow this prompt.";

    public IReadOnlyList<NoJobProof> ProvesNoJob { get; } =
    [
        new(400, "content_policy_violation", FailureKind.Rejected, Policy),
        new(400, "moderation_blocked", FailureKind.Rejected, Policy),
        new(400, "sentinel_block", FailureKind.Rejected, Policy),
        new(400, "invalid_type", FailureKind.Refused, Invalid),
        new(400, "invalid_value", FailureKind.Refused, Invalid),
        new(400, "missing_required_parameter", FailureKind.Refused, Invalid),
        new(400, "model_not_found", FailureKind.Refused, Invalid),
        new(400, "string_above_max_length", FailureKind.Refused, Invalid),
        new(400, "unknown_parameter", FailureKind.Refused, Invalid),
        new(400, "billing_hard_limit_reached", FailureKind.Unavailable, "The provider account has spent what it may."),
        new(401, "invalid_api_key", FailureKind.Unavailable, "The provider does not know this account's key."),
        new(404, "model_not_found", FailureKind.Refused, Invalid),
        new(422, OpenAiWire.ValidationError, FailureKind.Refused, Invalid),
        new(429, "insufficient_quota", FailureKind.Unavailable, "The provider account has nothing left to spend."),
        new(429, "rate_limit_exceeded", FailureKind.Throttled, "The provider asks for fewer videos at a time."),
    ];

    public string? JobIdIn(byte[] body) => OpenAiWire.Video(body)?.Id;

    public ProviderError ErrorIn(byte[] body) => OpenAiWire.Error(body);

    /// <summary>Whether a job that failed was turned down by the content policy.</summary>
    public bool IsPolicy(ProviderError error) => ProvesNoJob.Any(proof => proof.Kind == FailureKind.Rejected && proof.Code == error.Code);
}
