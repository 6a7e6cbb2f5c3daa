using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace VideoGen.Fakes;

/// <summary>
/// Replicate's HTTP API: predictions of a model or of a version, a list by time, cancel, a deadline that the caller sets, files that go, and
/// signed calls to the caller's address.
/// </summary>
internal sealed partial class ReplicateShape(Desk desk, string keys, byte[] video)
{
    public const string Shape = "replicate";

    private const int PageSize = 100;

    public void Map(WebApplication app)
    {
        app.MapPost("/v1/predictions", Allowed(context => Create(context, model: null)));
        app.MapPost("/v1/models/{owner}/{name}/predictions", Allowed(context => Create(context, $"{context.GetRouteValue("owner")}/{context.GetRouteValue("name")}")));
        app.MapGet("/v1/predictions", Allowed(List));
        app.MapGet("/v1/predictions/{id}", Allowed(context => WithJob(context, "check", job => desk.Call(context, "check", job.Id, StatusOf(job), () => Reply.Json(200, Resource(Origin(context), job))))));
        app.MapPost("/v1/predictions/{id}/cancel", Allowed(context => WithJob(context, "cancel", job => Cancel(context, job))));
        app.MapGet("/v1/webhooks/default/secret", Allowed(context => desk.Call(context, "secret", null, "told", () => Reply.Json(200, new { key = Callbacks.SecretOf(Desk.OwnerOf(context)) }))));
        app.MapGet("/delivery/{owner}/{id}.mp4", Content);
    }

    /// <summary>A prediction as everybody is told of it. What is null is said to be null.</summary>
    public Dictionary<string, object?> Resource(string origin, Job job)
    {
        var (status, removed) = (StatusOf(job), desk.Style.RemovesData && HasEnded(job));
        var told = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["id"] = job.Id,
            ["model"] = job.Model.Contains('/', StringComparison.Ordinal) ? job.Model : "acme/boats",
            ["version"] = job.Model.Contains('/', StringComparison.Ordinal) ? "hidden" : job.Model,
            ["input"] = removed || desk.Style.HidesPrompt ? new { } : JsonSerializer.Deserialize<JsonElement>(job.Input!),
            ["output"] = status == "succeeded" && !removed ? new[] { $"{origin}/delivery/{job.Owner}/{job.Id}.mp4" } : null,
            ["error"] = status != "failed" ? null : job.Ending == Endings.Rejected ? $"The input or output was flagged as sensitive. Please try again with different inputs. (E005) ({job.Id})" : "Prediction failed. (E1001)",
            ["logs"] = "",
            ["source"] = "api",
            ["status"] = status,
            ["data_removed"] = removed,
            ["created_at"] = Moment(job.CreatedAt),
            ["started_at"] = Moment(job.CreatedAt),
            ["completed_at"] = HasEnded(job) ? Moment(desk.Style.RemovesData ? job.CreatedAt - TimeSpan.FromHours(2) : job.EndsAt == DateTimeOffset.MaxValue ? desk.Now : job.EndsAt) : null,
            ["metrics"] = HasEnded(job) ? new { predict_time = job.Usd == 0 ? 0 : 1.5, total_time = 2.0 } : new { },
            ["urls"] = new { get = $"{origin}/v1/predictions/{job.Id}", cancel = $"{origin}/v1/predictions/{job.Id}/cancel", web = $"{origin}/p/{job.Id}" },
        };
        if (desk.Style.ShowsWebhook && job.Webhook is not null) told["webhook"] = job.Webhook;
        if (job.Deadline is { } deadline) told["deadline"] = Moment(deadline);
        return told;
    }

    /// <summary>Whether it is over, by whatever it was.</summary>
    public bool HasEnded(Job job) => desk.Jobs.HasEnded(job) || RanOut(job);

    private RequestDelegate Allowed(Func<HttpContext, Task> call) => context =>
    {
        var sent = context.Request.Headers.Authorization.ToString().Split(' ');
        var owner = sent is ["Bearer" or "Token", var key] ? key : "";
        if (!owner.StartsWith(keys, StringComparison.Ordinal)) return desk.Refuse(context, "no key", Error(401, "Unauthenticated", "You did not pass a valid authentication token"));
        Desk.Belongs(context, owner);
        return call(context);
    };

    private async Task Create(HttpContext context, string? model)
    {
        if (!await desk.Unread(context)) return;
        using var body = JsonDocument.Parse(await Desk.Read(context));
        var json = body.RootElement;
        string? Field(JsonElement of, string name) => of.TryGetProperty(name, out var value) ? value.ToString() : null;
        if (!json.TryGetProperty("input", out var input) || Field(input, "prompt") is not { Length: > 0 } prompt)
        {
            await desk.Refuse(context, "no prompt", Error(422, "Input validation failed", "- input: prompt is required\n"));
            return;
        }

        if ((model ?? Field(json, "version")) is not { Length: > 0 } asked)
        {
            await desk.Refuse(context, "no version", Error(422, "Input validation failed", "- version is required\n"));
            return;
        }

        var draft = desk.Jobs.Draft(Shape, Desk.OwnerOf(context), null, prompt, asked[(asked.LastIndexOf(':') + 1)..], Field(input, "aspect_ratio") ?? "", Field(input, "duration") ?? "4", input.TryGetProperty("image", out _)) with
        {
            Input = input.GetRawText(),
            Webhook = Field(json, "webhook"),
            Deadline = Fuse(context.Request.Headers["Cancel-After"].ToString()) is { } fuse ? desk.Now + fuse : null,
        };
        var origin = Origin(context);
        await desk.Submit(context, draft, job => Reply.Json(201, Resource(origin, job)), Error(422, "Prediction failed", $"The input or output was flagged as sensitive. Please try again with different inputs. (E005) ({draft.Id})"));
    }

    private Task List(HttpContext context)
    {
        var query = context.Request.Query;
        DateTimeOffset? Bound(string name) => query[name] is [{ } text] ? DateTimeOffset.Parse(text, CultureInfo.InvariantCulture) : null;
        var (after, before) = (Bound("created_after"), Bound("created_before"));
        var all = desk.Jobs.All(Shape, Desk.OwnerOf(context)).Where(job => desk.Jobs.IsVisible(job) && !(job.CreatedAt < after) && !(job.CreatedAt >= before)).Reverse();
        if (query["cursor"] is [{ } cursor]) all = all.SkipWhile(job => job.Id != cursor);
        var page = all.Take(PageSize + 1).ToList();
        var origin = Origin(context);
        var next = page.Count > PageSize ? $"{origin}/v1/predictions?cursor={page[^1].Id}" : null;
        return desk.Call(context, "list", null, "listed", () => Reply.Json(200, new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["next"] = next, ["previous"] = null, ["results"] = page.Take(PageSize).Select(job => Resource(origin, job)),
        }));
    }

    private async Task WithJob(HttpContext context, string what, Func<Job, Task> call)
    {
        var id = (string)context.GetRouteValue("id")!;
        if (desk.Jobs.Find(Desk.OwnerOf(context), id) is { } job && job.Shape == Shape) await call(job);
        else await desk.Call(context, what, id, "no such job", () => Reply.Json(404, new { detail = "The requested resource could not be found.", status = 404 }));
    }

    private Task Cancel(HttpContext context, Job job)
    {
        var origin = Origin(context);
        return HasEnded(job)
            ? desk.Call(context, "cancel", job.Id, "too late", () => Reply.Json(200, Resource(origin, job)))
            : desk.Call(context, "cancel", job.Id, Decisions.Cancelled, () => Reply.Json(200, Resource(origin, job)), 0);
    }

    private Task Content(HttpContext context)
    {
        Desk.Belongs(context, (string)context.GetRouteValue("owner")!);
        var job = desk.Jobs.Find(Desk.OwnerOf(context), (string)context.GetRouteValue("id")!);
        var isThere = job is not null && desk.Now >= job.EndsAt + TimeSpan.FromMilliseconds(desk.Style.ContentLagMs) && !desk.Style.RemovesFiles;
        return desk.Call(context, "content", job?.Id, isThere ? "served" : "not there", () => isThere ? new(200, video, "video/mp4") : new(404, "not found"u8.ToArray(), "text/plain"));
    }

    private string StatusOf(Job job) =>
        desk.Jobs.CancelledAt(job) is not null || RanOut(job) ? "canceled"
        : !desk.Jobs.HasEnded(job) ? desk.Style.RunningWord == "in_progress" ? "processing" : desk.Style.RunningWord
        : job.Ending == Endings.Finished ? "succeeded" : "failed";

    private bool RanOut(Job job) => job.Deadline < job.EndsAt && desk.Now >= job.Deadline && !(desk.Jobs.CancelledAt(job) < job.Deadline);

    private static string Origin(HttpContext context) => $"{context.Request.Scheme}://{context.Request.Host}";

    private static string Moment(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    private static Reply Error(int status, string title, string detail) => Reply.Json(status, new { title, detail, status });

    // 90s, 5m, 1h30m45s, or seconds alone.
    private static TimeSpan? Fuse(string text)
    {
        if (text.Length == 0 || FusePattern().Match(text) is not { Success: true } match) return null;
        int Of(string name) => match.Groups[name].Success ? int.Parse(match.Groups[name].Value, CultureInfo.InvariantCulture) : 0;
        return new TimeSpan(Of("h"), Of("m"), Of("s"));
    }

    [GeneratedRegex(@"\A((?<h>\d+)h)?((?<m>\d+)m)?((?<s>\d+)s?)?\z", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex FusePattern();
}
