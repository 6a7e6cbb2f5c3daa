using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace VideoGen.Silo.Tests.Clients;

/// <summary>A line between a client and the host: it counts POSTs, and loses the answers of the first of them.</summary>
internal sealed class LossyLine : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly HttpClient host;
    private int toLose;

    private LossyLine(Uri address, int answersToLose)
    {
        toLose = answersToLose;
        host = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(60) };
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        app = builder.Build();
        app.Run(Forward);
    }

    /// <summary>When each POST came, and how it was answered; 0 where the answer was lost.</summary>
    public ConcurrentQueue<(TimeSpan At, int Status)> Posts { get; } = new();

    public Uri Address => new(app.Urls.Single());

    public static async Task<LossyLine> To(Uri address, int answersToLose = 0)
    {
        var line = new LossyLine(address, answersToLose);
        await line.app.StartAsync();
        return line;
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        host.Dispose();
    }

    private readonly long started = TimeProvider.System.GetTimestamp();

    private async Task Forward(HttpContext http)
    {
        var at = TimeProvider.System.GetElapsedTime(started);
        using var request = new HttpRequestMessage(new(http.Request.Method), new Uri(http.Request.Path + http.Request.QueryString, UriKind.Relative));
        if (HttpMethods.IsPost(http.Request.Method))
        {
            var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            request.Content = new ByteArrayContent(body.ToArray());
            request.Content.Headers.TryAddWithoutValidation("Content-Type", http.Request.ContentType);
        }

        using var answer = await host.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var lost = request.Content is not null && Interlocked.Decrement(ref toLose) >= 0;
        if (request.Content is not null) Posts.Enqueue((at, lost ? 0 : (int)answer.StatusCode));
        if (lost)
        {
            http.Abort(); // The host has answered; nobody hears it.
            return;
        }

        http.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers))
        {
            if (name is not ("Transfer-Encoding" or "Connection")) http.Response.Headers[name] = values.ToArray();
        }

        await answer.Content.CopyToAsync(http.Response.Body);
    }
}
