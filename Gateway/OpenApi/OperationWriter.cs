using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using VideoGen.Gateway.Access;

namespace VideoGen.Gateway.OpenApi;

/// <summary>Writes into the document what the <see cref="Operation"/> of a route says, and what all routes have.</summary>
internal sealed class OperationWriter : IOpenApiOperationTransformer
{
    public const string ClientKey = "client_key", OperatorKey = "operator_key";

    public const string Json = "application/json";

    private const string Form = "multipart/form-data";

    private static readonly Given RequestId = Given.Header("x-request-id", "An id of the caller's for this call: 1 to 128 of A-Z, a-z, 0-9, dot, dash and underscore. The answer has it, or one of ours.", 128);

    public async Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        if (metadata.OfType<Operation>().SingleOrDefault() is not { } said) throw new InvalidOperationException($"/{context.Description.RelativePath} has no {nameof(Operation)}.");
        var path = $"/{context.Description.RelativePath}";
        operation.OperationId = said.Id;
        operation.Summary = said.Summary;
        operation.Description = said.Description;
        operation.Tags = new HashSet<OpenApiTagReference> { new(TagOf(path), context.Document) };
        operation.Parameters = [.. said.Given.Append(RequestId).Select(given => Parameter(given, isRequired: given.In == ParameterLocation.Path))];
        operation.RequestBody = said.Body is { } body ? await BodyOf(body, context, cancellationToken) : null;

        operation.Security = metadata.OfType<OpenToAll>().Any() ? [] : [new() { [new(OfOperators(path) ? OperatorKey : ClientKey, context.Document)] = [] }];
        foreach (var reply in said.Replies) Describe(ResponseOf(operation, reply.Status), reply);
        foreach (var refusals in said.Refusals.GroupBy(problem => problem.Status)) Describe(ResponseOf(operation, refusals.Key), [.. refusals], Problem.IsOfV1(path), context.Document!);
        var inOrder = operation.Responses!.OrderBy(response => response.Key, StringComparer.Ordinal).ToArray();
        operation.Responses = [];
        foreach (var (status, response) in inOrder) operation.Responses[status] = response;
    }

    public static IOpenApiParameter Parameter(Given given, bool isRequired) =>
        new OpenApiParameter { In = given.In, Name = given.Name, Description = given.Description, Required = isRequired, Schema = given.Schema };

    private static bool OfOperators(string path) => path.StartsWith(ScopeRule.OperatorsPath, StringComparison.Ordinal);

    private static OpenApiResponse ResponseOf(OpenApiOperation operation, int status) => (OpenApiResponse)operation.Responses![status.ToString(CultureInfo.InvariantCulture)];

    private static void Describe(OpenApiResponse response, Reply reply)
    {
        response.Description = reply.Description;
        response.Content ??= new Dictionary<string, OpenApiMediaType>();
        foreach (var media in reply.Media) response.Content[media] = new() { Schema = new OpenApiSchema { Type = JsonSchemaType.String } };
        response.Headers = reply.Headers.Count == 0 ? null : reply.Headers.ToDictionary(
            header => header.Name, header => (IOpenApiHeader)new OpenApiHeader { Description = header.Description, Schema = new OpenApiSchema { Type = JsonSchemaType.String } }, StringComparer.Ordinal);
    }

    private static void Describe(OpenApiResponse response, Problem[] refusals, bool ofV1, OpenApiDocument document)
    {
        response.Description = string.Join(", ", refusals.Select(problem => problem.Code));
        foreach (var content in response.Content!.Values) content.Examples = refusals.ToDictionary(problem => problem.Code, problem => ExampleOf(problem, ofV1, document), StringComparer.Ordinal);
    }

    // Each stands once in the document.
    private static IOpenApiExample ExampleOf(Problem problem, bool ofV1, OpenApiDocument document)
    {
        var name = ofV1 ? problem.Code : $"{problem.Code}.problem";
        document.AddComponent(name, new OpenApiExample { Value = problem.Body(ofV1) });
        return new OpenApiExampleReference(name, document);
    }

    private static string TagOf(string path) => OfOperators(path) ? DocumentSetup.OperatorTag : Problem.IsOfV1(path) ? DocumentSetup.VideoTag : DocumentSetup.HostTag;

    private static async Task<OpenApiRequestBody> BodyOf(Sent sent, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var content = new Dictionary<string, OpenApiMediaType>
        {
            [Json] = new() { Schema = await context.GetOrCreateSchemaAsync(sent.Type, null, cancellationToken), Example = JsonNode.Parse(sent.Example) },
        };
        if (sent.Form is { } form) content[Form] = new() { Schema = await context.GetOrCreateSchemaAsync(form, null, cancellationToken) };
        return new() { Required = sent.IsRequired, Content = content };
    }
}
