using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using VideoGen.Silo.Tests.Providers;

namespace VideoGen.Silo.Tests.Webhooks;

/// <summary>Whoever is told: a server on loopback that writes down what comes and answers what a test says.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Receiver(WebApplication app) => _app = app;

    /// <summary>What has come, oldest first.</summary>
    public ConcurrentQueue<Delivery> Deliveries { get; } = new();

    /// <summary>What the so-many-th call at a path is answered with, from 1; 204 where nothing is said.</summary>
    public Func<string, int, Task<int>> Answer { get; set; } = (_, _) => Task.FromResult(StatusCodes.Status204NoContent);

    public string Address => _app.Urls.Single();

    public static async Task<Receiver> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var receiver = new Receiver(builder.Build());
        receiver._app.Run(receiver.Receive);
        await receiver._app.StartAsync();
        return receiver;
    }

    public IReadOnlyList<Delivery> At(string path) => [.. Deliveries.Where(delivery => delivery.Path == path)];

    public async Task<IReadOnlyList<Delivery>> Until(string path, int count)
    {
        await Eventually.Holds($"{count} messages came to {path}", () => At(path).Count >= count);
        return At(path);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task Receive(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        var body = await reader.ReadToEndAsync(http.RequestAborted);
        var headers = http.Request.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString(), StringComparer.Ordinal);
        Deliveries.Enqueue(new(http.Request.Path, body, headers));
        http.Response.StatusCode = await Answer(http.Request.Path, At(http.Request.Path).Count);
        if (http.Response.StatusCode is >= 300 and < 400) http.Response.Headers.Location = $"{Address}/elsewhere";
    }

    internal sealed record Delivery(string Path, string Body, Dictionary<string, string> Headers)
    {
        public string Id => Headers["webhook-id"];
    }
}
