using System.Collections.Concurrent;
using System.Net;
using System.Xml.Linq;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace VideoGen.Tests;

/// <summary>A call that went over the line.</summary>
internal sealed record S3Call(string Method, string Path, string Query, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>What it is for: the method, and which of S3's calls of that method.</summary>
    public string What => Method + (Query.Contains("uploadId=", StringComparison.Ordinal) ? " upload" : Query.Contains("uploads", StringComparison.Ordinal) ? " uploads" : Query.Contains("list-type", StringComparison.Ordinal) ? " list" : "");
}

/// <summary>
/// The line to <see cref="S3Server"/>: it writes down what is called, can be made to go wrong, and does what that server does not: it heeds
/// <c>If-None-Match: *</c> (412 as Amazon's "Conditional writes" has it), throws unfinished uploads away, and lists them. That the headers
/// are sent is seen here; that Amazon heeds them is Amazon's word.
/// </summary>
internal sealed class S3Line : IAsyncDisposable
{
    private static readonly string[] NotPassedOn = ["Transfer-Encoding", "Connection", "Keep-Alive"];

    private readonly WebApplication app;
    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private readonly SemaphoreSlim writing = new(1);
    private readonly string folder;

    private S3Line(WebApplication app, string folder) => (this.app, this.folder) = (app, folder);

    public Uri Address => new(app.Urls.Single());

    public ConcurrentQueue<S3Call> Calls { get; } = new();

    /// <summary>Where the server is now.</summary>
    public Uri Server { get; set; } = new("http://127.0.0.1:1");

    /// <summary>Before a call is passed on: an answer in place of the server's, or 0 to pass it on. Throwing breaks the line.</summary>
    public Func<S3Call, Task<int>> Before { get; set; } = _ => Task.FromResult(0);

    /// <summary>Whether the answer to a call is lost, after the server has done it.</summary>
    public Func<S3Call, bool> LosesAnswer { get; set; } = _ => false;

    /// <summary>After how many bytes the body of an answer breaks off, and when; null: not at all.</summary>
    public Func<S3Call, (int Bytes, Task When)?> Breaks { get; set; } = _ => null;

    /// <param name="folder">The server's.</param>
    public static async Task<S3Line> Open(string folder)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        var line = new S3Line(builder.Build(), folder);
        line.app.Run(line.Answer);
        await line.app.StartAsync();
        return line;
    }

    private async Task Answer(HttpContext context)
    {
        var request = context.Request;
        var call = new S3Call(request.Method, request.Path, request.QueryString.Value ?? "", request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase));
        Calls.Enqueue(call);
        var isConditional = call.Headers.ContainsKey("If-None-Match") && call.Method is "PUT" or "POST";
        if (isConditional) await writing.WaitAsync(context.RequestAborted);
        try
        {
            if (await Before(call) is var status and not 0) await Refuse(context, status);
            else if (isConditional && File.Exists(S3Server.FileOf(folder, KeyOf(call)))) await Refuse(context, 412);
            else if (call.What == "DELETE upload") Abort(context);
            else if (call.What == "GET uploads") await List(context);
            else await Pass(context, call);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            context.Abort();
        }
        finally
        {
            if (isConditional) writing.Release();
        }
    }

    private async Task Pass(HttpContext context, S3Call call)
    {
        using var request = new HttpRequestMessage(new(call.Method), new Uri(Server, call.Path + call.Query)) { Content = new StreamContent(context.Request.Body) };
        foreach (var (name, values) in context.Request.Headers)
        {
            // The host too: it is signed.
            if (NotPassedOn.Contains(name) || name == "Expect") continue;
            if (!request.Headers.TryAddWithoutValidation(name, values.AsEnumerable())) request.Content.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
        }

        if (call.Method is "GET" or "HEAD" or "DELETE") request.Content = null;
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
        if (LosesAnswer(call)) throw new IOException("The answer is lost.");
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers))
        {
            if (!NotPassedOn.Contains(name)) context.Response.Headers[name] = values.ToArray();
        }

        if (call.Method == "HEAD" || answer.StatusCode == HttpStatusCode.NoContent) return;
        var body = await answer.Content.ReadAsStreamAsync(context.RequestAborted);
        if (Breaks(call) is { } broken)
        {
            var some = new byte[broken.Bytes];
            await body.ReadExactlyAsync(some, context.RequestAborted);
            await context.Response.StartAsync(context.RequestAborted);
            await context.Response.Body.WriteAsync(some, context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await broken.When;
            throw new IOException("The line broke.");
        }

        await body.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    private void Abort(HttpContext context)
    {
        var upload = Array.Find(S3Server.Uploads(folder), upload => upload.Name == context.Request.Query["uploadId"]);
        upload?.Delete(recursive: true);
        context.Response.StatusCode = upload is null ? 404 : 204;
    }

    // As "ListMultipartUploads" in the Amazon S3 API reference shows it, two a page.
    private async Task List(HttpContext context)
    {
        const int PageSize = 2;
        XNamespace s3 = "http://s3.amazonaws.com/doc/2006-03-01/";
        var (prefix, after) = (context.Request.Query["prefix"].ToString(), context.Request.Query["upload-id-marker"].ToString());
        var all = S3Server.Uploads(folder).OrderBy(u => u.Name, StringComparer.Ordinal)
            .Select(u => (u.Name, Key: File.ReadAllText(Path.Combine(u.FullName, "key")), u.LastWriteTimeUtc))
            .Where(u => u.Key.StartsWith(prefix, StringComparison.Ordinal) && string.CompareOrdinal(u.Name, after) > 0).ToList();
        var page = all.Take(PageSize).ToList();
        var answer = new XElement(
            s3 + "ListMultipartUploadsResult",
            new XElement(s3 + "Bucket", S3Server.Bucket),
            new XElement(s3 + "IsTruncated", all.Count > page.Count),
            page.Count == 0 ? null : new XElement(s3 + "NextKeyMarker", page[^1].Key),
            page.Count == 0 ? null : new XElement(s3 + "NextUploadIdMarker", page[^1].Name),
            page.Select(u => new XElement(
                s3 + "Upload", new XElement(s3 + "Key", u.Key), new XElement(s3 + "UploadId", u.Name), new XElement(s3 + "Initiated", u.LastWriteTimeUtc.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", System.Globalization.CultureInfo.InvariantCulture)))));
        context.Response.ContentType = "application/xml";
        await context.Response.WriteAsync(answer.ToString());
    }

    private static async Task Refuse(HttpContext context, int status)
    {
        var code = status switch { 412 => "PreconditionFailed", 409 => "ConditionalRequestConflict", 507 => "InsufficientStorage", 503 => "SlowDown", _ => "Refused" };
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/xml";
        await context.Response.WriteAsync($"<Error><Code>{code}</Code><Message>In place of the server.</Message></Error>");
    }

    private static string KeyOf(S3Call call) => call.Path[(S3Server.Bucket.Length + 2)..];

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        http.Dispose();
        writing.Dispose();
    }
}
