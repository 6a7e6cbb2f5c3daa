using System.Text.Json;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using VideoGen.Gateway.Videos;
using VideoGen.Gateway.Webhooks;
using VideoGen.Requests;
using VideoGen.Webhooks;

namespace VideoGen.Gateway.OpenApi;

/// <summary>What the document says of what clients' webhooks are posted: messages of Standard Webhooks 1.0.0 (https://www.standardwebhooks.com).</summary>
internal static class WebhookMessages
{
    private const string Event = "event";

    private const long Asked = 1_767_225_600, Ended = Asked + 180;

    private static readonly EndedVideoBody Completed = new(
        "video_v-xic6pq3dz7orpmnflg3yjbzwp4zjjhio7qzwccwxtwi2ns5exzrq_1", "video", "local", "completed", 100, Asked, Ended, "1280x720", "8", RemixedFromVideoId: null, Error: null, "yes");

    private static readonly EndedVideoBody Failed = Completed with
    {
        Status = "failed", Progress = 0, CompletedAt = null, Charged = "no", Error = new(Codes.ContentPolicyViolation, "The provider's policy does not allow this prompt."),
    };

    private static readonly IReadOnlyList<Given> Headers =
    [
        Given.Header("webhook-id", "The id of the event: the same whenever it is told, so that it can be known again."),
        Given.Header("webhook-timestamp", "When this was sent, in seconds since 1970."),
        Given.Header("webhook-signature", "v1, and the base64 of an HMAC-SHA256 over id, timestamp and body, joined by dots, by the client's secret; where an old secret still holds, one of that, too, behind a space."),
    ];

    /// <summary>All of them, by their types.</summary>
    public static async Task<IDictionary<string, IOpenApiPathItem>> Of(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        var ended = await context.GetOrCreateSchemaAsync(typeof(VideoEventBody), null, cancellationToken);
        var error = new OpenApiSchemaReference(DocumentSetup.NameOf(typeof(ErrorBody)), document);
        ended.Properties!["data"].Properties!["error"] = new OpenApiSchema { OneOf = [new OpenApiSchema { Type = JsonSchemaType.Null }, error] }; // As at the door; here it would never be null.
        document.AddComponent(DocumentSetup.NameOf(typeof(VideoEventBody)), ended);
        var video = new OpenApiSchemaReference(DocumentSetup.NameOf(typeof(VideoEventBody)), document);
        var ping = await context.GetOrCreateSchemaAsync(typeof(PingEventBody), null, cancellationToken);
        return new Dictionary<string, IOpenApiPathItem>(StringComparer.Ordinal)
        {
            [WebhookEvents.Completed] = Item(document, "video_completed", "A video is completed.", video, new VideoEventBody($"evt_{Completed.Id}_1", Event, Ended, WebhookEvents.Completed, Completed)),
            [WebhookEvents.Failed] = Item(document, "video_failed", "A video has ended in another way: failed, refused by a policy, cancelled, or given up.", video, new VideoEventBody($"evt_{Failed.Id}_1", Event, Ended, WebhookEvents.Failed, Failed)),
            [WebhookEvents.Ping] = Item(document, "webhook_pinged", "The client has asked for a ping.", ping, new PingEventBody("evt_ping_3f9c", Event, Ended, WebhookEvents.Ping, new("wh_4fQ8vT2nK7bXcY1mZs0RpL", "webhook"))),
        };
    }

    private static OpenApiPathItem Item(OpenApiDocument document, string id, string summary, IOpenApiSchema schema, object example) => new()
    {
        Operations = new()
        {
            [HttpMethod.Post] = new()
            {
                OperationId = id,
                Summary = summary,
                Description = "Its signature says that it is ours: check that, and that its timestamp is not old, before anything of it is believed.",
                Tags = new HashSet<OpenApiTagReference> { new(DocumentSetup.VideoTag, document) },
                Security = [],
                Parameters = [.. Headers.Select(header => OperationWriter.Parameter(header, isRequired: true))],
                RequestBody = new OpenApiRequestBody
                {
                    Required = true,
                    Content = new Dictionary<string, OpenApiMediaType> { [OperationWriter.Json] = new() { Schema = schema, Example = JsonSerializer.SerializeToNode(example, WireJson.Options) } },
                },
                Responses = new()
                {
                    ["2XX"] = new OpenApiResponse { Description = "It was heard." },
                    ["410"] = new OpenApiResponse { Description = "Nothing more is told there: a registered webhook is disabled." },
                    ["default"] = new OpenApiResponse { Description = "It is told again for three days, and so is what is not answered within 15 s. Redirects are not followed." },
                },
            },
        },
    };
}
