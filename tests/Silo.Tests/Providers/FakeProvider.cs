using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using VideoGen.Silo.Tests.Media;

namespace VideoGen.Silo.Tests.Providers;

/// <summary>The provider that goes wrong as asked, in a process of its own that ends with its standard input. One for a class of tests.</summary>
public sealed class FakeProvider : IAsyncLifetime
{
    /// <summary>How the keys begin that it lets in.</summary>
    public const string Keys = "sk-fake-";

    /// <summary>A key of an account of its own that gives the same job for the same <c>Idempotency-Key</c>.</summary>
    public static string RememberingKey() => $"{Keys}remembers-{Guid.NewGuid():N}";

    /// <summary>What its calls of an account are signed with.</summary>
    public static string WebhookSecretOf(string key) => $"whsec_{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes($"webhooks of {key}")))}";

    /// <summary>A host's settings for an account here and a model of the same name: <c>kling</c>, <c>replicate</c>, <c>vertex</c>, or how an account of OpenAI's protocol resolves.</summary>
    public (string, string)[] Account(string model, string key) =>
    [
        .. SettingsOf(model, key).Select(setting => ($"Providers__Accounts__{model}__{setting.Option}", setting.Value)),
        ($"Catalogue__Models__{model}__Provider", model),
        ($"Catalogue__Models__{model}__UsdPerSecond", "0.10"),
        ($"Catalogue__Models__{model}__Sizes__0", "320x180"),
        ($"Catalogue__Models__{model}__Seconds__0", "1"),
    ];

    /// <summary>How an account here is configured.</summary>
    public (string Option, string Value)[] SettingsOf(string model, string key) => model switch
    {
        "kling" => [("Type", "kling"), ("BaseUrl", Address), ("ApiKey", key), ("AccessKey", key)],
        "replicate" => [("Type", "replicate"), ("BaseUrl", $"{Address}/v1"), ("ApiKey", key)],
        "vertex" => [("Type", "vertex_veo"), ("BaseUrl", $"{Address}/v1/projects/p/locations/l"), ("ApiKey", key), ("StorageUri", "gs://a-bucket/videos"), ("StorageUrl", Address)],
        _ => [("Type", "openai_videos"), ("BaseUrl", $"{Address}/v1"), ("ApiKey", key), ("Resolution", model)],
    };

    private static readonly JsonSerializerOptions Wire = new(JsonSerializerDefaults.Web) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly HttpClient Http = new();

    // In memory where there is such a folder: it outlives the process, as its log must, and a provider's disk is not what is tested.
    private readonly string folder = Directory.CreateDirectory(Path.Combine(
        Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"videogen-fake-{Guid.NewGuid():N}")).FullName;
    private Process? process;
    private string control = "";

    /// <summary>Where it is, as a provider: without a slash at the end.</summary>
    public string Address { get; private set; } = "";

    /// <summary>What it wrote down of the requests that reached it, before it did anything.</summary>
    public IReadOnlyList<JsonElement> Log => [.. Lines.Select(line => JsonDocument.Parse(line).RootElement)];

    /// <summary>The same as it is written, for whoever looks often.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            // Written by another process: the last line may be half there.
            using var file = new StreamReader(new FileStream(LogPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
            return file.ReadToEnd().Split('\n')[..^1];
        }
    }

    public async Task InitializeAsync()
    {
        await File.WriteAllBytesAsync(Path.Combine(folder, "video.mp4"), await Samples.Video);
        await Start();
    }

    public async Task DisposeAsync()
    {
        await Stop();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Starts it again where it was, with what its log says.</summary>
    public async Task Start()
    {
        var port = Address.Length == 0 ? 0 : new Uri(Address).Port;
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, "fake-provider.dll"), LogPath, Path.Combine(folder, "video.mp4"), port.ToString(CultureInfo.InvariantCulture), "200", Keys])
        {
            start.ArgumentList.Add(argument);
        }

        process = Process.Start(start)!;
        var line = await process.StandardOutput.ReadLineAsync().WaitAsync(Patience);
        Assert.StartsWith("listening http://", line, StringComparison.Ordinal);
        Address = line!.Split(' ')[1];
        control = line.Split(' ')[2];
    }

    /// <summary>Ends it: from now on connections to it are refused.</summary>
    public async Task Stop()
    {
        if (process is null) return;
        process.StandardInput.Close();
        await process.WaitForExitAsync().WaitAsync(Patience);
        process.Dispose();
        process = null;
    }

    /// <summary>What goes wrong from now on, in this order; see the program for the words.</summary>
    public Task Faults(params object[] faults) => Put("faults", faults);

    /// <summary>Which calls it keeps waiting from now on; what waits in another one goes on. See the program for the words.</summary>
    public Task Hold(params (string On, string Owner, bool Drops)[] holds) => Put("holds", holds.Select(hold => new { hold.On, hold.Owner, hold.Drops }));

    /// <summary>Waits until a call waits there.</summary>
    public Task Held(string on, string owner) => Eventually.Holds(
        $"a call waits at {on}", () => Log.Any(line => Text(line, "what") == "held" && Text(line, "decided") == on && Text(line, "owner") == owner));

    /// <summary>How it differs from the documentation from now on.</summary>
    public Task Style(object style) => Put("style", style);

    /// <summary>The POSTs of an attempt that reached it, whatever became of them.</summary>
    public int Posts(string mark) => Log.Count(line => Text(line, "what") == "arrived" && Text(line, "method") == "POST" && Text(line, "mark") == mark);

    /// <summary>The jobs that it made of an attempt.</summary>
    public IReadOnlyList<string> Jobs(string mark) =>
        [.. Made(mark).Select(line => Text(line, "job_id")!)];

    /// <summary>What it wrote down when it made the jobs of an attempt.</summary>
    public IEnumerable<JsonElement> Made(string mark) => Log.Where(line => line.TryGetProperty("made", out _) && Text(line, "idempotency_key") == mark);

    public static string? Text(JsonElement line, string name) => line.TryGetProperty(name, out var value) ? value.GetString() : null;

    private async Task Put(string what, object body)
    {
        using var answer = await Http.PutAsJsonAsync($"{control}/control/{what}", body, Wire);
        answer.EnsureSuccessStatusCode();
    }

    private string LogPath => Path.Combine(folder, "requests.log");
}
