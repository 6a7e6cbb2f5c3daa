using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace VideoGen.Fakes;

/// <summary>
/// Veo on Vertex AI and a store beside it: <c>predictLongRunning</c>, <c>fetchPredictOperation</c>, the list, media and deletion of objects, and
/// a token endpoint for service accounts. Videos are put under the <c>storageUri</c> of their submit, or come with the answer where it says none.
/// </summary>
internal sealed class VertexShape(Desk desk, string keys, byte[] video)
{
    private const string Shape = "vertex", Scheme = "gs://", Operations = "/operations/";

    public void Map(WebApplication app)
    {
        app.MapPost("/{version}/projects/{project}/locations/{location}/publishers/google/models/{call}", Allowed(Model));
        app.MapGet("/storage/v1/b/{bucket}/o", Allowed(List));
        app.MapGet("/storage/v1/b/{bucket}/o/{name}", Allowed(context => WithObject(context, "content", Content)));
        app.MapDelete("/storage/v1/b/{bucket}/o/{name}", Allowed(context => WithObject(context, "delete", Delete)));
        app.MapPost("/token", Token);
    }

    private RequestDelegate Allowed(Func<HttpContext, Task> call) => context =>
    {
        var owner = context.Request.Headers.Authorization.ToString() is ['B', 'e', 'a', 'r', 'e', 'r', ' ', .. var key] ? key : "";
        if (!owner.StartsWith(keys, StringComparison.Ordinal)) return desk.Refuse(context, "no token", Error(401, "UNAUTHENTICATED", "Request had invalid authentication credentials."));
        Desk.Belongs(context, owner);
        return call(context);
    };

    private Task Model(HttpContext context) => ((string)context.GetRouteValue("call")!).Split(':') switch
    {
        [var model, "predictLongRunning"] => Create(context, model),
        [var model, "fetchPredictOperation"] => Check(context, model),
        _ => desk.Refuse(context, "no such method", Error(404, "NOT_FOUND", "Method not found.")),
    };

    private async Task Create(HttpContext context, string model)
    {
        if (!await desk.Unread(context)) return;
        using var body = JsonDocument.Parse(await Desk.Read(context));
        var (instance, parameters) = (body.RootElement.GetProperty("instances")[0], body.RootElement.TryGetProperty("parameters", out var said) ? said : default);
        string? Parameter(string name) => parameters.ValueKind == JsonValueKind.Object && parameters.TryGetProperty(name, out var value) ? value.ToString() : null;
        if (!instance.TryGetProperty("prompt", out var asked) || asked.GetString() is not { Length: > 0 } prompt)
        {
            await desk.Refuse(context, "no prompt", Error(400, "INVALID_ARGUMENT", "Text prompt is required."));
            return;
        }

        // Where its video goes stands in the place of a key: the protocol has no other.
        var folder = Parameter("storageUri") is { } uri && uri.StartsWith(Scheme, StringComparison.Ordinal) ? $"{uri[Scheme.Length..].TrimEnd('/')}/" : null;
        var draft = desk.Jobs.Draft(Shape, Desk.OwnerOf(context), folder, prompt, model, $"{Parameter("aspectRatio")} {Parameter("resolution")}", Parameter("durationSeconds") ?? "8", instance.TryGetProperty("image", out _));
        await desk.Submit(context, draft, job => Reply.Json(200, new { name = NameOf(context, job) }), Error(400, "INVALID_ARGUMENT",
            $"The prompt could not be submitted. \"{prompt}\" contains sensitive words that violate Google's Responsible AI practices. Support codes: 58061214"));
    }

    private async Task Check(HttpContext context, string model)
    {
        using var body = JsonDocument.Parse(await Desk.Read(context));
        var name = body.RootElement.GetProperty("operationName").GetString()!;
        var job = desk.Jobs.Find(Desk.OwnerOf(context), name[(name.LastIndexOf(Operations, StringComparison.Ordinal) + Operations.Length)..]);
        if (job?.Model != model || NameOf(context, job) != name) job = null;
        await desk.Call(context, "check", job?.Id ?? name, job is null ? "no such operation" : desk.Jobs.HasEnded(job) ? job.Ending : "running", () =>
            job is null ? Error(404, "NOT_FOUND", "The operation was not found.") : Encoded(Operation(name, job)));
    }

    private object Operation(string name, Job job)
    {
        const string Response = "type.googleapis.com/cloud.ai.large_models.vision.GenerateVideoResponse";
        if (!desk.Jobs.HasEnded(job)) return new { name };
        return job.Ending switch
        {
            Endings.Finished => new { name, done = true, response = new Dictionary<string, object> { ["@type"] = Response, ["raiMediaFilteredCount"] = 0, ["videos"] = new[] { Video(job) } } },
            Endings.Rejected => new
            {
                name,
                done = true,
                response = new Dictionary<string, object>
                {
                    ["@type"] = Response,
                    ["raiMediaFilteredCount"] = 1,
                    ["raiMediaFilteredReasons"] = new[] { $"Veo could not generate videos because \"{job.Prompt}\" violates Vertex AI's usage guidelines. Support codes: 17301594, 56562880" },
                },
            },
            _ => new { name, done = true, error = new { code = 13, message = "Video generation failed due to an internal server issue." } },
        };
    }

    private object Video(Job job) => job.Mark is null
        ? new { bytesBase64Encoded = Convert.ToBase64String(video), mimeType = "video/mp4" }
        : new { gcsUri = $"{Scheme}{PlaceOf(job)}", mimeType = "video/mp4" };

    // Both are seen: a folder that is named by the time, and the operation's name.
    private string PlaceOf(Job job) => desk.Style.NamesByOperation
        ? $"{job.Mark}{job.Id}.mp4"
        : string.Create(CultureInfo.InvariantCulture, $"{job.Mark}{job.CreatedAt.ToUnixTimeMilliseconds()}/sample_0.mp4");

    private bool IsThere(Job job) => job is { Mark: not null, Ending: Endings.Finished } && desk.Jobs.HasEnded(job) && desk.Jobs.IsVisible(job) && !desk.Jobs.IsRemoved(job)
        && desk.Now >= job.EndsAt + TimeSpan.FromMilliseconds(desk.Style.ContentLagMs);

    private Task List(HttpContext context)
    {
        var bucket = $"{context.GetRouteValue("bucket")}/";
        var prefix = bucket + context.Request.Query["prefix"];
        var size = int.TryParse(context.Request.Query["maxResults"], CultureInfo.InvariantCulture, out var asked) ? asked : 1000;
        var all = desk.Jobs.All(Shape, Desk.OwnerOf(context)).Where(IsThere).Select(job => (Job: job, Place: PlaceOf(job)))
            .Where(made => made.Place.StartsWith(prefix, StringComparison.Ordinal) && string.CompareOrdinal(made.Place, bucket + context.Request.Query["pageToken"]) > 0)
            .OrderBy(made => made.Place, StringComparer.Ordinal).ToList();
        var page = all.Take(size).ToList();
        return desk.Call(context, "list", null, "listed", () => Encoded(new
        {
            kind = "storage#objects",
            nextPageToken = all.Count > size ? page[^1].Place[bucket.Length..] : null,
            items = page.Count == 0 ? null : page.Select(made => new { name = made.Place[bucket.Length..], timeCreated = made.Job.EndsAt.ToString("O", CultureInfo.InvariantCulture) }),
        }));
    }

    private async Task WithObject(HttpContext context, string what, Func<HttpContext, Job, Task> call)
    {
        var place = $"{context.GetRouteValue("bucket")}/{Uri.UnescapeDataString((string)context.GetRouteValue("name")!)}";
        if (desk.Jobs.All(Shape, Desk.OwnerOf(context)).FirstOrDefault(job => IsThere(job) && PlaceOf(job) == place) is { } found) await call(context, found);
        else await desk.Call(context, what, null, "no such object", () => Reply.Json(404, new { error = new { code = 404, message = $"No such object: {place}", errors = new[] { new { domain = "global", reason = "notFound" } } } }));
    }

    private Task Content(HttpContext context, Job job) => desk.Call(context, "content", job.Id, "served", () => new(200, video, "video/mp4"));

    private Task Delete(HttpContext context, Job job) => desk.Call(context, "delete", job.Id, Decisions.Removed, () => new(204, []));

    /// <summary>OAuth 2.0 for service accounts (RFC 7523): the token is the account's name before the at sign. The key's id is its public half, so the signature is looked at.</summary>
    private async Task Token(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var ok = form["assertion"].ToString().Split('.') is [var head, var payload, var signature]
            && OwnerIn(head, payload, signature) is { } owner
            ? owner
            : null;
        if (ok is null) await desk.Refuse(context, "no signature", Reply.Json(400, new { error = "invalid_grant", error_description = "Invalid JWT Signature." }));
        else await desk.Call(context, "token", null, "given out", () => Encoded(new { access_token = ok, expires_in = 3599, token_type = "Bearer" }, JsonSerializerOptions.Default));
    }

    private static string? OwnerIn(string head, string payload, string signature)
    {
        using var header = JsonDocument.Parse(Base64Url.DecodeFromChars(head));
        using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(payload));
        using var key = RSA.Create();
        key.ImportSubjectPublicKeyInfo(Base64Url.DecodeFromChars(header.RootElement.GetProperty("kid").GetString()), out _);
        return key.VerifyData(Encoding.ASCII.GetBytes($"{head}.{payload}"), Base64Url.DecodeFromChars(signature), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            && claims.RootElement.GetProperty("aud").GetString() == "https://oauth2.googleapis.com/token" // Wherever it is asked: Google's libraries say no other.
            && claims.RootElement.GetProperty("scope").GetString() == "https://www.googleapis.com/auth/cloud-platform"
            ? claims.RootElement.GetProperty("iss").GetString()!.Split('@')[0]
            : null;
    }

    // The names of a resource: whichever version of the protocol asks, it is the same one.
    private static string NameOf(HttpContext context, Job job) =>
        $"projects/{context.GetRouteValue("project")}/locations/{context.GetRouteValue("location")}/publishers/google/models/{job.Model}{Operations}{job.Id}";

    // Its words are in another case than those of the others.
    private static Reply Encoded(object body, JsonSerializerOptions? options = null) => new(200, JsonSerializer.SerializeToUtf8Bytes(body, options ?? _camel));

    private static readonly JsonSerializerOptions _camel = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull };

    private static Reply Error(int status, string word, string message) => Reply.Json(status, new { error = new { code = status, message, status = word } });
}
