using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using VideoGen.Grains.Providers;
using VideoGen.Requests;
using VideoGen.Silo.Media;
using VideoGen.Silo.Providers;
using VideoGen.Storage;

namespace VideoGen.Silo.Tests.Providers;

/// <summary>One provider account, read from a configuration and wired as the host wires it.</summary>
internal sealed class Account : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ServiceProvider services;
    private readonly TestFolder folder = new();

    /// <param name="settings">The last of an option counts; an empty one takes back what was said before.</param>
    public Account(params (string Option, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.GroupBy(setting => setting.Option, setting => setting.Value, StringComparer.Ordinal).Where(said => said.Last().Length > 0 || said.Count() == 1).Select(said => KeyValuePair.Create($"Providers:Accounts:{Name}:{said.Key}", (string?)said.Last())))
            .AddInMemoryCollection([new("Providers:Local:Folder", folder.Root)])
            .Build();
        services = new ServiceCollection().AddLogging().AddInputFolder(Path.Combine(folder.Root, "inputs")).AddVideoProviders(configuration).BuildServiceProvider(validateScopes: true);
    }

    public const string Name = "fake";

    public IVideoProvider Provider => services.GetRequiredService<IVideoProviders>().Find(Name)!;

    public IVideoSource Source => (IVideoSource)Provider;

    public IInputFiles Inputs => services.GetRequiredService<IInputFiles>();

    /// <summary>An account of its own at a server that speaks OpenAI's protocol.</summary>
    public static Account OpenAi(string address, string key = "", params (string Option, string Value)[] settings) =>
        new([("Type", "openai_videos"), ("BaseUrl", $"{address}/v1"), ("ApiKey", key.Length > 0 ? key : NewKey()), .. settings]);

    /// <summary>An account of its own at Kling.</summary>
    public static Account Kling(string address, params (string Option, string Value)[] settings)
    {
        var key = NewKey();
        return new([("Type", "kling"), ("BaseUrl", address), ("ApiKey", key), ("AccessKey", key), .. settings]);
    }

    /// <summary>An account of its own at Replicate. What it is told to call back to, where it is, signs as the fake does.</summary>
    public static Account Replicate(string address, params (string Option, string Value)[] settings)
    {
        var key = settings.FirstOrDefault(setting => setting.Option == "ApiKey").Value ?? NewKey();
        var calls = settings.Any(setting => setting.Option == "CallbackUrl") ? new[] { ("WebhookSecret", FakeProvider.WebhookSecretOf(key)) } : [];
        return new([("Type", "replicate"), ("BaseUrl", $"{address}/v1"), ("ApiKey", key), .. calls, .. settings.Where(setting => setting.Option != "ApiKey")]);
    }

    /// <summary>An account of its own at Vertex AI, with a bucket.</summary>
    public static Account Vertex(string address, params (string Option, string Value)[] settings) =>
        new([("Type", "vertex_veo"), ("BaseUrl", $"{address}/v1/projects/p/locations/l"), ("StorageUri", "gs://a-bucket/videos"), ("StorageUrl", address), .. Key(settings), .. settings]);

    private static (string, string)[] Key((string Option, string Value)[] settings) => Array.Exists(settings, setting => setting.Option is "ApiKey" or "ApiKeyFile" or "Credentials") ? [] : [("ApiKey", NewKey())];

    public static string NewKey() => FakeProvider.Keys + Guid.NewGuid().ToString("N");

    public static string NewMark() => $"test1-v-{Guid.NewGuid():N}-1.1";

    public static SubmitOrder Order(string mark, string prompt = "A small red boat", string model = "sora-2", string size = "320x180", int seconds = 1) =>
        new(mark, prompt, new(model, size, seconds));

    /// <param name="order">What is submitted.</param>
    /// <param name="cancellationToken">Ends the wait for an answer; without one, half a minute does.</param>
    public async Task<SubmitReply> Submit(SubmitOrder order, CancellationToken cancellationToken = default)
    {
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        return await Provider.Submit(order, LocalHost.Open, cancellationToken.CanBeCanceled ? cancellationToken : patience.Token);
    }

    public async Task<string> Accepted(SubmitOrder order) => Assert.IsType<SubmitReply.Accepted>(await Submit(order)).JobId;

    public void Dispose()
    {
        services.Dispose();
        folder.Dispose();
    }
}
