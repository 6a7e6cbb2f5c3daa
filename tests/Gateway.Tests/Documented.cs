using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using VideoGen.Gateway.OpenApi;

namespace VideoGen.Gateway.Tests;

/// <summary>Holds each answer that any test gets to what the document says of its route.</summary>
internal static class Documented
{
    /// <summary>The code of grains that are newer than the door.</summary>
    public const string OfAnotherYear = "a_code_of_next_year";

    private static readonly JsonSerializerOptions Strict = new(WireJson.Options)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    public static void Answers(Operation operation, Answer answer)
    {
        var replies = operation.Replies.Where(reply => reply.Status == answer.Status).ToList();
        if (answer.Status < 400 || replies.Count > 0)
        {
            var reply = Assert.Single(replies);
            if (reply.Type is { } type && answer.Bytes.Length > 0 && answer.Header("Content-Type")!.StartsWith("application/json", StringComparison.Ordinal))
            {
                Assert.NotNull(JsonSerializer.Deserialize(answer.Bytes, type, Strict));
            }

            return;
        }

        var refusals = operation.Refusals.Where(problem => problem.Status == answer.Status).Select(problem => problem.Code).ToList();
        Assert.True(refusals.Count > 0, $"{operation.Id} answered {answer.Status}, which its document does not have: {answer.Text}");
        if (answer.Bytes.Length == 0) return; // The head of one.
        var body = answer.Json;
        var envelope = body["error"] as JsonObject;
        var code = (string)(envelope ?? body)["code"]!;
        if (code != OfAnotherYear) Assert.Contains(code, refusals);
        Assert.NotNull(JsonSerializer.Deserialize(answer.Bytes, envelope is null ? typeof(ProblemDocument) : typeof(EnvelopeDocument), Strict));
    }
}
