using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using VideoGen.Access;
using VideoGen.Budgets;
using VideoGen.Gateway.Access;
using VideoGen.Gateway.Health;
using VideoGen.Gateway.OpenApi;
using VideoGen.Reports;
using VideoGen.Requests;
using VideoGen.Storage;
using VideoGen.Tests;
using VideoGen.Webhooks;

namespace VideoGen.Gateway.Tests;

/// <summary>The whole door on a loopback Kestrel, with a scripted grain behind it.</summary>
internal sealed class Door : IAsyncDisposable
{
    public const string OperatorsKey = "the-operators-own";

    private const string ForgedRemote = "X-Test-Remote", OperationHeader = "X-Test-Operation";

    private readonly WebApplication _app;

    private Door(Action<IServiceCollection> configure)
    {
        Idempotency = new(Grain);
        Grains = new(Grain, Idempotency);
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders().AddProvider(new LogLines(Log, whole: true)).SetMinimumLevel(LogLevel.Information);
        builder.Services.AddSingleton<TimeProvider>(Time);
        builder.Services.AddSingleton<IGrainFactory>(Grains);
        builder.Services.AddSingleton<IModelCatalogue, TwoModels>();
        builder.Services.AddSingleton<IInstallation, FixedInstallation>();
        builder.Services.AddSingleton<IVideoFiles>(Files);
        builder.Services.AddSingleton<IInputFiles>(Inputs);
        builder.Services.AddSingleton<IRequestBook>(Book);
        builder.Services.AddSingleton<IUserBook>(Users);
        builder.Services.AddSingleton<ICostBook>(Costs);
        builder.Services.AddSingleton<IDeadLetterBook>(DeadLetters);
        builder.Services.AddSingleton<ILiveBook>(Live);
        builder.Services.AddSingleton<IPauses>(Pauses);
        builder.Services.AddSingleton<VideoGen.Budgets.IReconciles>(Reconciles);
        builder.Services.AddSingleton<IClientKeys>(Keys);
        builder.Services.AddSingleton<IClientBook>(Clients);
        builder.Services.AddSingleton<IVideoSearch>(Search);
        builder.Services.AddSingleton<IOverviewBook>(Counts);
        builder.Services.AddPlans(builder.Configuration);
        builder.Services.AddSingleton<IWebhookClients>(Grains.Webhooks);
        builder.Services.AddSingleton(new OperatorKey(OperatorKey.HashOf(OperatorsKey), "in a test"));
        builder.Services.AddGateway(builder.Configuration);
        configure(builder.Services);

        _app = builder.Build();
        _app.Use((http, next) =>
        {
            http.Response.OnStarting(() =>
            {
                if (http.GetEndpoint()?.Metadata.GetMetadata<Operation>() is { } operation) http.Response.Headers[OperationHeader] = operation.Id;
                return Task.CompletedTask;
            });
            if (http.Request.Headers[ForgedRemote] is { Count: 1 } remote) http.Connection.RemoteIpAddress = remote == "none" ? null : IPAddress.Parse(remote!);
            http.RequestAborted.Register(() => Left.TrySetResult());
            return next(http);
        });
        _app.MapGateway();
        _app.MapGet("/v1/throws", string () => throw new InvalidOperationException("secret inner text"));
        _app.MapGet("/api/throws", string () => throw new InvalidOperationException("secret inner text"));
        _app.MapGet("/v1/status/{code:int}", (int code) => Results.StatusCode(code));
    }

    public ScriptedGrain Grain { get; } = new();

    public MemoryReconciles Reconciles { get; } = new();

    public ScriptedIdempotency Idempotency { get; }

    public ScriptedGrains Grains { get; }

    public MemoryInputs Inputs { get; } = new();

    public MemoryFiles Files { get; } = new();

    public FixedBook Book { get; } = new();

    public ScriptedUsers Users { get; } = new();

    public ScriptedCosts Costs { get; } = new();

    public ScriptedDeadLetters DeadLetters { get; } = new();

    public ScriptedLive Live { get; } = new();

    /// <summary>Completes when the door has noticed that a caller went away.</summary>
    public TaskCompletionSource Left { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public MemoryPauses Pauses { get; } = new();

    public ScriptedKeys Keys { get; } = new();

    public MemoryClients Clients { get; } = new();

    public ScriptedSearch Search { get; } = new();

    public ScriptedCounts Counts { get; } = new();

    public VirtualTime Time { get; } = new();

    public ConcurrentQueue<string> Log { get; } = new();

    public HttpClient Client { get; private set; } = null!;

    public static Task<Door> Open(params IReadinessCheck[] checks) => Open(services => Array.ForEach(checks, check => services.AddSingleton(check)));

    /// <param name="configure">Adds to the door's services, or replaces them.</param>
    public static async Task<Door> Open(Action<IServiceCollection> configure)
    {
        var door = new Door(configure);
        await door._app.StartAsync();
        door.Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new(door._app.Urls.Single()) };
        return door;
    }

    /// <summary>All routes of the door, and some of this test.</summary>
    public IEnumerable<RouteEndpoint> Routes => ((IEndpointRouteBuilder)_app).DataSources.SelectMany(s => s.Endpoints).OfType<RouteEndpoint>();

    /// <summary>The routes that need no key where others do.</summary>
    public IEnumerable<string> OpenRoutes => Routes
        .Where(e => e.Metadata.GetMetadata<OpenToAll>() is not null).Select(e => e.RoutePattern.RawText!);

    public void Stop() => _app.Lifetime.StopApplication();

    public Task<Answer> Post(string json) => Post(Encoding.UTF8.GetBytes(json));

    public Task<Answer> Post(byte[] body, string contentType = "application/json")
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        return Send(HttpMethod.Post, "/v1/videos", content);
    }

    public Task<Answer> Get(string path, params (string Name, string Value)[] headers) => Send(HttpMethod.Get, path, null, headers);

    public async Task<Answer> Send(HttpMethod method, string path, HttpContent? content = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var response = await Client.SendAsync(request);
        var answer = new Answer(response, await response.Content.ReadAsByteArrayAsync());
        if (answer.Header(OperationHeader) is { } operation) Documented.Answers(Operations.First(o => o.Id == operation), answer);
        return answer;
    }

    public IEnumerable<Operation> Operations => Routes.Select(route => route.Metadata.GetMetadata<Operation>()).OfType<Operation>();

    public Task<Answer> GetFrom(string remote, string path) => Get(path, (ForgedRemote, remote));

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }
}

/// <summary>What came back.</summary>
internal sealed class Answer(HttpResponseMessage response, byte[] bytes)
{
    private readonly Dictionary<string, string> _headers = response.Headers.Concat(response.Content.Headers)
        .ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase);

    public int Status { get; } = (int)response.StatusCode;

    public byte[] Bytes => bytes;

    public string Text => Encoding.UTF8.GetString(bytes);

    public JsonNode Json => JsonNode.Parse(bytes)!;

    public JsonNode Error => Json["error"]!;

    public string Code => (string)Error["code"]!;

    public string Message => (string)Error["message"]!;

    public string? Header(string name) => _headers.GetValueOrDefault(name);
}
