using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using VideoGen.Gateway.OpenApi;
using VideoGen.Gateway.Videos;
using VideoGen.Tests;
using VideoGen.Webhooks;

namespace VideoGen.Gateway.Tests;

/// <summary>The OpenAPI document is the door's, and changes only when somebody has read the change. That each answer is as it says: see <see cref="Documented"/>.</summary>
public sealed class DocumentTests
{
    private static readonly string[] NotDocumented = ["/openapi.json", "/docs/{**file}", "/console", "/console/{file}", "/v1/throws", "/api/throws", "/v1/status/{code:int}"];

    [Fact]
    public async Task The_document_is_the_one_that_was_reviewed()
    {
        await using var door = await Door.Open();
        var answer = await door.Get(DocumentSetup.Path);
        var now = answer.Json.ToJsonString(new JsonSerializerOptions { WriteIndented = true, Encoder = WireJson.Options.Encoder }) + "\n";
        var path = Path.Combine(Here(), "..", "..", "docs", "openapi.json");
        if (Environment.GetEnvironmentVariable("VIDEOGEN_UPDATE_GOLDEN") == "1") await File.WriteAllTextAsync(path, now);
        Assert.True(now == await File.ReadAllTextAsync(path), "The door's document is not docs/openapi.json any more. Write it with VIDEOGEN_UPDATE_GOLDEN=1, and read the difference: clients are made from it.");
    }

    [Fact]
    public async Task Every_route_is_in_it_once()
    {
        await using var door = await Door.Open();
        var without = door.Routes.Where(route => route.Metadata.GetMetadata<Operation>() is null).Select(route => route.RoutePattern.RawText!);
        Assert.Equal(NotDocumented.Order(StringComparer.Ordinal), without.Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(door.Operations.Count(), door.Operations.Select(operation => operation.Id).Distinct().Count());
        var paths = (await door.Get(DocumentSetup.Path)).Json["paths"]!.AsObject();
        Assert.Equal(door.Operations.Count(), paths.Sum(path => path.Value!.AsObject().Count));
    }

    [Fact]
    public async Task It_has_every_member_that_is_read_and_no_other()
    {
        Assert.Equal(AskBody.Create.Order(StringComparer.Ordinal), Members(typeof(AskDocument)));
        Assert.Equal(AskBody.Create.Order(StringComparer.Ordinal), Members(typeof(AskFormDocument)));
        Assert.Equal(AskBody.Remix.Order(StringComparer.Ordinal), Members(typeof(RemixDocument)));
        Assert.Equal(AskBody.Quote.Order(StringComparer.Ordinal), VideoOperations.Quote.Given.Where(given => given.In == Microsoft.OpenApi.ParameterLocation.Query).Select(given => given.Name).Order(StringComparer.Ordinal));

        // What the operator's routes read is named in their refusal of anything else.
        await using var door = await Door.Open();
        foreach (var route in door.Routes.Where(route => route.Metadata.GetMetadata<Operation>() is { Body: not null } && route.RoutePattern.RawText!.StartsWith("/api/admin", StringComparison.Ordinal)))
        {
            var address = route.RoutePattern.RawText!.Replace("{id}", "video_v-x_1", StringComparison.Ordinal).Replace("{client}", "bot", StringComparison.Ordinal);
            var refusal = await door.Send(new(route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0]), address, new StringContent("""{"of_nobody":1}"""), ("Authorization", $"Bearer {Door.OperatorsKey}"));
            var said = (string)refusal.Json["detail"]!;
            var known = said[(said.IndexOf("Known are: ", StringComparison.Ordinal) + "Known are: ".Length)..said.IndexOf(". Leave", StringComparison.Ordinal)].Split(", ");
            Assert.Equal(known.Order(StringComparer.Ordinal), Members(route.Metadata.GetMetadata<Operation>()!.Body!.Type));
        }
    }

    [Fact]
    public async Task An_example_of_a_body_is_taken()
    {
        await using var door = await Door.Open();
        foreach (var operation in door.Operations.Where(operation => operation.Body is not null))
        {
            Assert.NotNull(JsonSerializer.Deserialize(operation.Body!.Example, operation.Body.Type, WireJson.Options));
        }
    }

    [Fact]
    public async Task There_is_a_request_to_try_for_each_of_its_operations_but_providers_own()
    {
        await using var door = await Door.Open();
        var lines = await File.ReadAllLinesAsync(Path.Combine(Here(), "..", "..", "docs", "requests.http"));
        var tried = lines.Select(line => line.Split(" {{host}}")).Where(line => line.Length == 2)
            .Select(line => $"{line[0]} {line[1].Split('?')[0].Replace("{{id}}", "{id}", StringComparison.Ordinal).Replace("nightly-7", "{run}", StringComparison.Ordinal).Replace("{{client}}", "{client}", StringComparison.Ordinal).Replace("/alice", "/{user}", StringComparison.Ordinal)}");
        var paths = (await door.Get(DocumentSetup.Path)).Json["paths"]!.AsObject();
        var operations = paths.SelectMany(path => path.Value!.AsObject().Select(operation => $"{operation.Key.ToUpperInvariant()} {path.Key}")).Where(operation => !operation.Contains(" /webhooks/", StringComparison.Ordinal));
        Assert.Equal(operations.Order(StringComparer.Ordinal), tried.Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Everything_that_webhooks_are_posted_is_in_it()
    {
        await using var door = await Door.Open();
        var webhooks = (await door.Get(DocumentSetup.Path)).Json["webhooks"]!.AsObject();
        Assert.Equal([.. WebhookEvents.All, WebhookEvents.Ping], webhooks.Select(webhook => webhook.Key));
        Assert.All(webhooks, webhook => Assert.Equal(webhook.Key, (string)webhook.Value!["post"]!["requestBody"]!["content"]!["application/json"]!["example"]!["type"]!));
    }

    [Fact]
    public async Task Everything_that_it_points_to_is_in_it()
    {
        await using var door = await Door.Open();
        var document = (await door.Get(DocumentSetup.Path)).Json;
        var pointers = Pointers(document).Distinct().ToList();
        Assert.NotEmpty(pointers);
        foreach (var pointer in pointers)
        {
            JsonNode? at = document;
            foreach (var step in pointer.Split('/').Skip(1)) at = at?[step];
            Assert.True(at is not null, $"{pointer} is nowhere.");
        }
    }

    [Fact]
    public async Task Its_page_and_what_the_page_loads_are_there_and_nothing_of_others()
    {
        await using var door = await Door.Open();
        var page = await door.Get("/docs/index.html");
        Assert.Equal((200, "text/html; charset=utf-8"), (page.Status, page.Header("Content-Type")));
        Assert.Contains("script-src 'self';", page.Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.Equal(302, (int)(await door.Get("/docs")).Status is 301 or 302 ? 302 : 0);
        var loaded = page.Text.Split('"').Where(text => text.EndsWith(".js", StringComparison.Ordinal) || text.EndsWith(".css", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(loaded);
        foreach (var file in loaded)
        {
            Assert.DoesNotContain("//", file, StringComparison.Ordinal);
            Assert.Equal(200, (await door.Get($"/docs/{file}")).Status);
        }

        Assert.DoesNotContain("<script>", page.Text, StringComparison.Ordinal); // Its own policy would not run it.
        Assert.Equal(404, (await door.Get("/docs/../appsettings.json")).Status);
        Assert.Equal(404, (await door.Get("/docs/%2e%2e/%2e%2e/etc/passwd")).Status);
    }

    [Fact]
    public async Task Who_does_not_want_to_show_it_shows_nothing()
    {
        await using var door = await Door.Open(services => services.Configure<GatewayOptions>(options => options.Docs = false));
        Assert.Equal(404, (await door.Get(DocumentSetup.Path)).Status);
        Assert.Equal(404, (await door.Get("/docs/index.html")).Status);
    }

    private static string Here([System.Runtime.CompilerServices.CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;

    private static IEnumerable<string> Members(Type type) =>
        type.GetProperties().Select(property => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name)).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Pointers(JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(member => member.Key == "$ref" ? [(string)member.Value!] : Pointers(member.Value)),
        JsonArray items => items.SelectMany(Pointers),
        _ => [],
    };
}
