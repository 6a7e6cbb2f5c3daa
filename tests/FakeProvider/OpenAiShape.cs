using System.Globalization;
using System.Text.Json;

namespace VideoGen.Fakes;

/// <summary>OpenAI's Videos API, as its last public specification has it, and as those differ who still speak it.</summary>
internal sealed class OpenAiShape(Desk desk, string keys, byte[] video)
{
    private const string Shape = "video";

    /// <summary>How a key goes on whose account gives the same job for the same <c>Idempotency-Key</c>, as Orleans.VideoGen does.</summary>
    private const string RemembersKeys = "remembers-";

    public void Map(WebApplication app)
    {
        app.MapPost("/v1/videos", Allowed(Create));
        app.MapGet("/v1/videos", Allowed(List));
        app.MapGet("/v1/videos/{id}", Allowed(context => WithJob(context, "check", Check)));
        app.MapDelete("/v1/videos/{id}", Allowed(context => WithJob(context, "delete", Delete)));
        app.MapGet("/v1/videos/{id}/content", Allowed(context => WithJob(context, "content", Content)));
    }

    private RequestDelegate Allowed(Func<HttpContext, Task> call) => context =>
    {
        var owner = context.Request.Headers.Authorization.ToString() is ['B', 'e', 'a', 'r', 'e', 'r', ' ', .. var key] ? key : "";
        if (!owner.StartsWith(keys, StringComparison.Ordinal)) return desk.Refuse(context, "no key", Error(401, "invalid_api_key", $"Incorrect API key provided: {context.Request.Headers.Authorization}."));
        Desk.Belongs(context, owner);
        return call(context);
    };

    private async Task Create(HttpContext context)
    {
        if (!await desk.Unread(context)) return;
        Func<string, string?> field;
        var picture = false;
        if (context.Request.HasFormContentType)
        {
            var form = await context.Request.ReadFormAsync(context.RequestAborted);
            field = name => form[name] is [{ } value] ? value : null;
            picture = form.Files["input_reference"] is { Length: > 0 };
        }
        else
        {
            using var body = JsonDocument.Parse(await Desk.Read(context));
            var json = body.RootElement.Clone();
            field = name => json.TryGetProperty(name, out var value) ? value.GetString() : null;
        }

        if (field("prompt") is not { Length: > 0 } prompt)
        {
            await desk.Refuse(context, "no prompt", Error(400, "missing_required_parameter", "Missing required parameter: 'prompt'."));
            return;
        }

        var owner = Desk.OwnerOf(context);
        var key = owner.StartsWith($"{keys}{RemembersKeys}", StringComparison.Ordinal) ? context.Request.Headers["Idempotency-Key"].ToString() : null;
        var draft = desk.Jobs.Draft(Shape, owner, key, prompt, field("model") ?? "sora-2", field("size") ?? "720x1280", field("seconds") ?? "4", picture);
        await desk.Submit(context, draft, job => Reply.Json(200, Resource(job)), Error(400, "moderation_blocked", $"Your request was blocked by our moderation system: {prompt}"),
            key is null ? null : () => desk.Jobs.All(Shape, owner).FirstOrDefault(job => job.Mark == key));
    }

    private Task List(HttpContext context)
    {
        var query = context.Request.Query;
        var all = desk.Jobs.All(Shape, Desk.OwnerOf(context)).Where(desk.Jobs.IsVisible);
        if (query["order"] != "asc") all = all.Reverse();
        if (desk.Style.NoPaging) return desk.Call(context, "list", null, "listed", () => Reply.Json(200, new { data = all.Select(Resource) }));

        var limit = int.TryParse(query["limit"], CultureInfo.InvariantCulture, out var asked) ? asked : 20;
        if (query["after"] is [{ } after]) all = all.SkipWhile(job => job.Id != after).Skip(1);
        var page = all.Take(limit + 1).ToList();
        var shown = page.Take(limit).ToList();
        return desk.Call(context, "list", null, "listed", () => Reply.Json(200, new
        {
            @object = "list", data = shown.Select(Resource), first_id = shown.FirstOrDefault()?.Id, last_id = shown.LastOrDefault()?.Id, has_more = page.Count > limit,
        }));
    }

    private async Task WithJob(HttpContext context, string what, Func<HttpContext, Job, Task> call)
    {
        var id = (string)context.GetRouteValue("id")!;
        if (desk.Jobs.Find(Desk.OwnerOf(context), id) is { } job) await call(context, job);
        else await desk.Call(context, what, id, "no such job", () => Error(404, "not_found", $"Video with id '{id}' not found."));
    }

    private Task Check(HttpContext context, Job job) => desk.Call(context, "check", job.Id, Status(job), () => Reply.Json(200, Resource(job)));

    private Task Delete(HttpContext context, Job job)
    {
        var runs = !desk.Jobs.HasEnded(job);
        if ((!runs && desk.Jobs.CancelledAt(job) is null) || desk.Style.OnDelete != "stops")
        {
            // Hidden, but not stopped: it goes on, and takes its money.
            var stops = runs && desk.Style.OnDelete == "forgets";
            return desk.Call(context, "delete", job.Id, Decisions.Deleted, () => Reply.Json(200, new { id = job.Id, @object = "video.deleted", deleted = true }), stops ? 0 : null);
        }

        return desk.Call(context, "delete", job.Id, Decisions.Cancelled, () => Reply.Json(200, new { id = job.Id, @object = "video.deleted", deleted = true }), 0);
    }

    private Task Content(HttpContext context, Job job)
    {
        var isThere = desk.Jobs.HasEnded(job) && desk.Jobs.CancelledAt(job) is null && job.Ending == Endings.Finished
            && desk.Now >= job.EndsAt + TimeSpan.FromMilliseconds(desk.Style.ContentLagMs);
        return desk.Call(context, "content", job.Id, isThere ? "served" : "not there", () => isThere
            ? new(200, video, "video/mp4")
            : Error(404, "not_ready", "Generation is still in-progress"));
    }

    private string Status(Job job) =>
        desk.Jobs.CancelledAt(job) is not null ? "cancelled"
        : !desk.Jobs.HasEnded(job) ? desk.Style.RunningWord
        : job.Ending == Endings.Finished ? "completed" : "failed";

    private object Resource(Job job)
    {
        var status = Status(job);
        object? error = status != "failed" ? null
            : new { code = (object)(desk.Style.IntCodes ? 500 : job.Ending == Endings.Rejected ? "moderation_blocked" : "generation_failed"), message = "The video could not be made." };
        var costs = desk.Style.TellsCost && desk.Jobs.HasEnded(job) && job.Ending != Endings.Failed;
        return new
        {
            id = job.Id,
            @object = "video",
            model = job.Model,
            status,
            progress = desk.Jobs.Percent(job),
            created_at = job.CreatedAt.ToUnixTimeSeconds(),
            completed_at = status == "completed" ? job.EndsAt.ToUnixTimeSeconds() : (long?)null,
            prompt = desk.Style.HidesPrompt ? null : job.Prompt,
            size = job.Size,
            seconds = job.Seconds,
            error,
            quality = "standard",
            usage = costs ? new { cost = desk.Jobs.CancelledAt(job) is null ? job.Usd : 0 } : null,
        };
    }

    private Reply Error(int status, string code, string message) => desk.Style.DetailErrors
        ? Reply.Json(status, new { detail = message })
        : Reply.Json(status, new { error = new { message, type = "invalid_request_error", param = (string?)null, code = (object)(desk.Style.IntCodes ? status : code) } });
}
