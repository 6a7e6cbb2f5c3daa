using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using VideoGen.Gateway.Access;

namespace VideoGen.Gateway.OpenApi;

/// <summary>
/// The document of the door, OpenAPI 3.1, made from the routes themselves: <c>/openapi.json</c>, and to read and try at <c>/docs</c>. It says
/// nothing of what an installation has configured, so it is the same everywhere.
/// </summary>
internal static class DocumentSetup
{
    public const string Path = "/openapi.json", PagePath = "/docs", VideoTag = "videos", OperatorTag = "operator", HostTag = "host";

    private const string Name = "v1", Title = "Orleans.VideoGen";

    /// <summary>The page runs its own scripts and calls this host, and nothing else. Its styles stand in its elements.</summary>
    private const string PagePolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    public static IServiceCollection AddDocument(this IServiceCollection services)
    {
        // Only the document goes by these; answers are written by WireJson.
        services.Configure<JsonOptions>(json =>
        {
            json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
        });
        return services.AddOpenApi(Name, options =>
        {
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
            options.ShouldInclude = description => description.ActionDescriptor.EndpointMetadata.OfType<Operation>().Any();
            options.CreateSchemaReferenceId = type => type.Type.Namespace?.StartsWith("VideoGen.", StringComparison.Ordinal) == true ? NameOf(type.Type) : OpenApiOptions.CreateDefaultSchemaReferenceId(type);
            options.AddOperationTransformer(new OperationWriter());
            options.AddDocumentTransformer(async (document, context, cancellationToken) =>
            {
                Describe(document);
                document.Webhooks = await WebhookMessages.Of(document, context, cancellationToken);
            });
        });
    }

    public static void Map(WebApplication app)
    {
        if (!app.Services.GetRequiredService<IOptions<GatewayOptions>>().Value.Docs) return;
        app.MapOpenApi(Path).WithMetadata(OpenToAll.Mark);
        app.MapGet($"{PagePath}/{{**file}}", Page(app)).WithMetadata(OpenToAll.Mark);
    }

    // Swagger's own page and scripts, out of its package.
    private static RequestDelegate Page(IEndpointRouteBuilder routes)
    {
        var page = routes.CreateApplicationBuilder();
        page.Use((http, next) =>
        {
            http.SetEndpoint(null); // Files are served only where no route was found.
            http.Response.Headers.ContentSecurityPolicy = PagePolicy;
            return next(http);
        });
        page.UseSwaggerUI(ui =>
        {
            ui.RoutePrefix = PagePath[1..];
            ui.SwaggerEndpoint(Path, Name);
            ui.DocumentTitle = Title;
        });
        return page.Build();
    }

    /// <summary>A record's name on the wire: without what it is called for in the code.</summary>
    public static string NameOf(Type type) => type.Name.Replace("Document", "", StringComparison.Ordinal).Replace("Body", "", StringComparison.Ordinal);

    private static void Describe(OpenApiDocument document)
    {
        document.Info = new()
        {
            Title = Title,
            Version = Name,
            Description = "Videos from AI providers, each paid once. /v1/videos is OpenAI's Videos API in shape: official clients work against it unchanged. "
                + "Every refusal says which field, which bound and what to do, and carries x-should-retry: false. "
                + "An address over 64 KiB is 414, and headers over the installation's limit are 431, before anybody looks for a route: without a body.",
        };
        document.Servers = [];
        document.Tags = new HashSet<OpenApiTag>
        {
            new() { Name = VideoTag, Description = "For clients." }, new() { Name = OperatorTag, Description = "For the operator." }, new() { Name = HostTag, Description = "About the host." },
        };
        document.AddComponent(OperationWriter.ClientKey, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "An API key of a client. As long as there never was one, programs on the host's own machine need none.",
        });
        document.AddComponent(OperationWriter.OperatorKey, new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "The operator's key." });
    }
}
