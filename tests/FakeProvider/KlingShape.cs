using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace VideoGen.Fakes;

/// <summary>Kling's API: a signed token instead of a key, the caller's own <c>external_task_id</c>, and neither cancel nor delete.</summary>
internal sealed class KlingShape(Desk desk, string keys, byte[] video)
{
    private const string Shape = "kling";

    public void Map(WebApplication app)
    {
        foreach (var kind in (string[])["text2video", "image2video"])
        {
            app.MapPost($"/v1/videos/{kind}", Allowed(context => Create(context, kind)));
            app.MapGet($"/v1/videos/{kind}/{{id}}", Allowed(context => Query(context, kind)));
            app.MapGet($"/v1/videos/{kind}", Allowed(context => List(context, kind)));
        }

        app.MapGet("/files/{owner}/{id}.mp4", Content);
    }

    private RequestDelegate Allowed(Func<HttpContext, Task> call) => context =>
    {
        if (OwnerOf(context.Request.Headers.Authorization.ToString()) is not { } owner) return desk.Refuse(context, "no token", Error(401, 1002, "Authorization is invalid"));
        Desk.Belongs(context, owner);
        return call(context);
    };

    private async Task Create(HttpContext context, string kind)
    {
        if (!await desk.Unread(context)) return;
        using var body = JsonDocument.Parse(await Desk.Read(context));
        var json = body.RootElement;
        string? Field(string name) => json.TryGetProperty(name, out var value) ? value.GetString() : null;
        if (Field("prompt") is not { Length: > 0 } prompt)
        {
            await desk.Refuse(context, "no prompt", Error(400, 1201, "prompt is required"));
            return;
        }

        var draft = desk.Jobs.Draft($"{Shape}_{kind}", Desk.OwnerOf(context), Field("external_task_id"), prompt, Field("model_name") ?? "kling-v1", Field("aspect_ratio") ?? "16:9", Field("duration") ?? "5", Field("image") is not null);
        await desk.Submit(context, draft, job => Answer(Resource(context, job)), Error(400, 1301, $"The content does not meet the guidelines: {prompt}"));
    }

    private Task Query(HttpContext context, string kind)
    {
        var id = (string)context.GetRouteValue("id")!;
        var shape = $"{Shape}_{kind}";
        var owner = Desk.OwnerOf(context);
        var job = desk.Jobs.Find(owner, id) is { } found && found.Shape == shape ? found : null;
        var what = job is null ? "list" : "check";
        job ??= desk.Jobs.FindByMark(shape, owner, id);
        return desk.Call(context, what, job?.Id ?? id, job is null ? "no such job" : Status(job), () => job is null ? Error(404, 1203, "task not found") : Answer(Resource(context, job)));
    }

    private Task List(HttpContext context, string kind)
    {
        int Number(string name, int otherwise) => int.TryParse(context.Request.Query[name], CultureInfo.InvariantCulture, out var asked) ? asked : otherwise;
        var size = Number("pageSize", 30);
        var all = desk.Jobs.All($"{Shape}_{kind}", (string)context.Items[nameof(Job.Owner)]!).Where(desk.Jobs.IsVisible).Reverse();
        return desk.Call(context, "list", null, "listed", () => Answer(all.Skip((Number("pageNum", 1) - 1) * size).Take(size).Select(job => Resource(context, job))));
    }

    private Task Content(HttpContext context)
    {
        Desk.Belongs(context, (string)context.GetRouteValue("owner")!);
        var job = desk.Jobs.Find(Desk.OwnerOf(context), (string)context.GetRouteValue("id")!);
        var isThere = job is not null && desk.Now >= job.EndsAt + TimeSpan.FromMilliseconds(desk.Style.ContentLagMs);
        return desk.Call(context, "content", job?.Id, isThere ? "served" : "not there", () => isThere ? new(200, video, "video/mp4") : new(404, "<html>not found</html>"u8.ToArray(), "text/html"));
    }

    private string Status(Job job) => !desk.Jobs.HasEnded(job)
        ? desk.Style.RunningWord == "in_progress" ? "processing" : desk.Style.RunningWord
        : job.Ending == Endings.Finished ? "succeed" : "failed";

    private object Resource(HttpContext context, Job job)
    {
        var status = Status(job);
        return new
        {
            task_id = job.Id,
            task_status = status,
            task_status_msg = status == "failed" ? job.Ending == Endings.Rejected ? "Content policy violation" : "The generation failed" : null,
            task_info = new { external_task_id = job.Mark },
            task_result = status == "succeed" ? new { videos = new[] { new { id = job.Id, url = $"{context.Request.Scheme}://{context.Request.Host}/files/{job.Owner}/{job.Id}.mp4", duration = job.Seconds } } } : null,
            final_unit_deduction = desk.Style.TellsCost && desk.Jobs.HasEnded(job) && job.Ending != Endings.Failed ? job.Usd.ToString(CultureInfo.InvariantCulture) : null,
            created_at = job.CreatedAt.ToUnixTimeMilliseconds(),
            updated_at = desk.Now.ToUnixTimeMilliseconds(),
        };
    }

    private static Reply Answer(object data) => Reply.Json(200, new { code = 0, message = "SUCCEED", request_id = Guid.NewGuid(), data });

    private static Reply Error(int status, int code, string message) => Reply.Json(status, new { code, message, request_id = Guid.NewGuid() });

    /// <summary>The account of a token; null where the token is not right. An account's secret key is its access key.</summary>
    private string? OwnerOf(string authorization)
    {
        if (!authorization.StartsWith("Bearer ", StringComparison.Ordinal) || authorization[7..].Split('.') is not [var head, var payload, var signature]) return null;
        using var header = JsonDocument.Parse(Base64Url.DecodeFromChars(head));
        using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(payload));
        var owner = claims.RootElement.GetProperty("iss").GetString()!;
        var expected = Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(owner), Encoding.ASCII.GetBytes($"{head}.{payload}")));
        if (header.RootElement.GetProperty("alg").GetString() != "HS256" || signature != expected || !owner.StartsWith(keys, StringComparison.Ordinal)) return null;
        var now = desk.Now.ToUnixTimeSeconds();
        return claims.RootElement.GetProperty("nbf").GetInt64() <= now && claims.RootElement.GetProperty("exp").GetInt64() > now ? owner : null;
    }
}
