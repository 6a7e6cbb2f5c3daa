using VideoGen.Grains.Requests;
using VideoGen.Silo.Providers.Http;

namespace VideoGen.Silo.Providers.VertexVeo;

/// <summary>
/// What Vertex AI's answers to a submit prove.
/// <para>
/// On the list are the client errors of its page "API errors" which say that the request was turned down before it was taken up, each with
/// the status and the word of Google's error model (<c>google.rpc.Code</c>): an answer without that word may come from anything between
/// us and it. The safety filters' no to a prompt is one of them, under our own word, because it is told by its sentence alone. Not on it: 409 (ABORTED,
/// ALREADY_EXISTS), 499 (CANCELLED), 500, 503 and 504, which say nothing of the kind.
/// </para>
/// </summary>
/// <param name="mark">Our key of the submit: it is part of our name for the job.</param>
internal sealed class VertexAnswers(string mark) : IAnswerReader
{
    /// <summary>Our word for the safety filters' no: Google says INVALID_ARGUMENT for it, as for much else.</summary>
    public const string Filtered = "RESPONSIBLE_AI";

    /// <summary>What is asked for is not there.</summary>
    public const string NotFound = "NOT_FOUND";

    private const string Invalid = "The provider does not take this request.", NoEntry = "The provider does not let this account in.";

    private static readonly NoJobProof[] _proofs =
    [
        new(400, Filtered, FailureKind.Rejected, "The provider's content policy does not allow this prompt."),
        new(400, "INVALID_ARGUMENT", FailureKind.Refused, Invalid),
        new(400, "FAILED_PRECONDITION", FailureKind.Refused, Invalid),
        new(401, "UNAUTHENTICATED", FailureKind.Unavailable, NoEntry),
        new(403, "PERMISSION_DENIED", FailureKind.Unavailable, NoEntry),
        new(404, NotFound, FailureKind.Refused, Invalid),
        new(429, "RESOURCE_EXHAUSTED", FailureKind.Throttled, "The provider asks for fewer videos at a time."),
    ];

    public IReadOnlyList<NoJobProof> ProvesNoJob => _proofs;

    public string? JobIdIn(byte[] body) =>
        VertexOperation.Read(body) is { Name: { } name } && VertexJobId.IsOperation(name) ? new VertexJobId(mark, name).ToString() : null;

    public ProviderError ErrorIn(byte[] body)
    {
        var error = VertexOperation.ErrorIn(body);
        return error.Code is "INVALID_ARGUMENT" && SafetyFilters.Speak(error.Message) ? error with { Code = Filtered } : error;
    }
}
