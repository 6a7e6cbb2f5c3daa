using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using VideoGen.Grains.Providers;
using VideoGen.Silo.Media;
using VideoGen.Silo.Providers;
using VideoGen.Silo.Providers.Http;
using VideoGen.Storage;

namespace VideoGen.Silo.Tests.Providers;

/// <summary>Provider accounts from the configuration: what is wrong is said at start, by the name of its option, and no key is ever told.</summary>
public sealed class AccountSettingsTests : IDisposable
{
    private const string Key = "sk-secret-1234567890", Vertex = "BaseUrl=https://us-central1-aiplatform.googleapis.com/v1/projects/p/locations/us-central1";

    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("Providers:Accounts:one:Type must be openai_videos, kling, replicate or vertex_veo.", "Type=")]
    [InlineData("Providers:Accounts:one:Type must be openai_videos, kling, replicate or vertex_veo.", "Type=sora")]
    [InlineData("Providers:Accounts:one:CallbackUrl is for replicate alone.", "CallbackUrl=https://videos.example.com")]
    [InlineData("Providers:Accounts:one:SecondsInput is for replicate alone.", "Type=kling", "AccessKey=ak", "SecondsInput=length")]
    [InlineData("Providers:Accounts:one:CallbackUrl and WebhookSecret need each other.", "Type=replicate", "CallbackUrl=https://videos.example.com")]
    [InlineData("Providers:Accounts:one:CallbackUrl and WebhookSecret need each other.", "Type=replicate", "WebhookSecret=whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("Providers:Accounts:one:CallbackUrl must be an http or https address", "Type=replicate", "CallbackUrl=videos.example.com", "WebhookSecret=whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("Providers:Accounts:one:WebhookSecret must be whsec_", "Type=replicate", "CallbackUrl=https://videos.example.com", "WebhookSecret=whsec_short")]
    [InlineData("Providers:Accounts:one:Resolution is for openai_videos alone", "Type=replicate", "Resolution=list")]
    [InlineData("Providers:Accounts:one:AccessKey is for kling alone.", "Type=replicate", "AccessKey=ak")]
    [InlineData("Providers:Accounts:one:DeleteStops is for openai_videos alone", "Type=replicate", "DeleteStops=true")]
    [InlineData("Providers:Accounts:one: the names of inputs", "Type=replicate", "SecondsInput=prompt")]
    [InlineData("Providers:Accounts:one: the names of inputs", "Type=replicate", "PictureInput=two words")]
    [InlineData("Providers:Accounts:one:BaseUrl must be an http or https address", "BaseUrl=")]
    [InlineData("Providers:Accounts:one:BaseUrl must be an http or https address", "BaseUrl=videos.example.com")]
    [InlineData("Providers:Accounts:one:BaseUrl must be an http or https address", "BaseUrl=ftp://videos.example.com")]
    [InlineData("Providers:Accounts:one:BaseUrl must be an http or https address", "BaseUrl=https://user:word@videos.example.com/v1")]
    [InlineData("Providers:Accounts:one:BaseUrl must be an http or https address", "BaseUrl=https://videos.example.com/v1?key=1")]
    [InlineData("One of Providers:Accounts:one:ApiKey and Providers:Accounts:one:ApiKeyFile must be said.", "ApiKey=")]
    [InlineData("One of Providers:Accounts:one:ApiKey and Providers:Accounts:one:ApiKeyFile must be said.", "ApiKeyFile=/etc/key")]
    [InlineData("Providers:Accounts:one:ApiKey must have a key in it", "ApiKey=two words")]
    [InlineData("Providers:Accounts:one:ApiKeyFile cannot be read", "ApiKey=", "ApiKeyFile=/nowhere/key")]
    [InlineData("Providers:Accounts:one:Resolution must be none, list or key.", "Resolution=complete")]
    [InlineData("Providers:Accounts:one:UnfinishedJobs must be unknown, free or charged.", "UnfinishedJobs=maybe")]
    [InlineData("Providers:Accounts:one:AccessKey is for kling alone.", "AccessKey=ak")]
    [InlineData("Providers:Accounts:one:AccessKey must be said for kling.", "Type=kling")]
    [InlineData("Providers:Accounts:one:KeyKeptFor must be said where Resolution is key", "Resolution=key")]
    [InlineData("Providers:Accounts:one:KeyKeptFor is for Resolution=key alone.", "Resolution=list", "KeyKeptFor=1.00:00:00")]
    [InlineData("Providers:Accounts:one:KeyKeptFor must be from", "Resolution=key", "KeyKeptFor=00:05:00")]
    [InlineData("Providers:Accounts:one:Resolution is for openai_videos alone", "Type=kling", "AccessKey=ak", "Resolution=list")]
    [InlineData("Providers:Accounts:one:DeleteStops is for openai_videos alone", "Type=kling", "AccessKey=ak", "DeleteStops=true")]
    [InlineData("Providers:Accounts:one:Price is no option.", "Price=3")]
    [InlineData("Providers:Accounts:one:Slots must be from 1 to 10000.", "Slots=0")]
    [InlineData("Providers:Accounts:one:SubmitsPerMinute must be from 1 to 10000.", "SubmitsPerMinute=10001")]
    [InlineData("Providers:Accounts:one:BaseUrl must end with /v1/projects/PROJECT/locations/LOCATION", "Type=vertex_veo")]
    [InlineData("Providers:Accounts:one:StorageUri must be gs://BUCKET", "Type=vertex_veo", Vertex, "StorageUri=https://storage.googleapis.com/bucket")]
    [InlineData("Providers:Accounts:one:StorageUrl must be an http or https address", "Type=vertex_veo", Vertex, "StorageUrl=storage.googleapis.com")]
    [InlineData("Providers:Accounts:one:StorageUrl must be an http or https address", "Type=vertex_veo", Vertex, "StorageUrl=https://storage.googleapis.com/storage")]
    [InlineData("Providers:Accounts:one:ApiKey must be an access token, or a service account's key", "Type=vertex_veo", Vertex, "ApiKey={\"type\":\"authorized_user\"}")]
    [InlineData("are not for vertex_veo", "Type=vertex_veo", Vertex, "Resolution=list")]
    [InlineData("Providers:Accounts:one:StorageUri is for vertex_veo alone.", "StorageUri=gs://bucket")]
    [InlineData("Providers:Accounts:one:Credentials is for vertex_veo alone.", "Credentials=metadata_server")]
    [InlineData("Providers:Accounts:one:Credentials must be key or metadata_server.", "Type=vertex_veo", Vertex, "Credentials=default")]
    [InlineData("Providers:Accounts:one:Credentials is metadata_server, so neither Providers:Accounts:one:ApiKey nor", "Type=vertex_veo", Vertex, "Credentials=metadata_server")]
    [InlineData("One of Providers:Accounts:one:ApiKey and Providers:Accounts:one:ApiKeyFile must be said.", "Type=vertex_veo", Vertex, "Credentials=key", "ApiKey=")]
    public void What_is_wrong_with_an_account_is_said_by_its_option(string sentence, params string[] settings)
    {
        var told = Assert.Throws<OptionsValidationException>(() => Providers("one", settings).Find("one"));

        Assert.Contains(sentence, told.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, told.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("two words", told.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("local")]
    [InlineData("Two")]
    [InlineData("two words")]
    public void The_name_of_the_embedded_provider_and_names_that_are_none_are_refused(string name) =>
        Assert.Contains($"Providers:Accounts:{name}: an account's name has", Assert.Throws<OptionsValidationException>(() => Providers(name).Find(name)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("none", Resolution.None)]
    [InlineData("key|KeyKeptFor=1.00:00:00", Resolution.SameKey)]
    [InlineData("list", Resolution.Lookup)]
    public void An_account_is_there_under_its_name_beside_the_embedded_one(string resolution, Resolution trait)
    {
        var providers = Providers("one", $"Resolution={resolution}".Split('|'));

        Assert.Equal((trait, true), (providers.Find("one")!.Traits.Resolution, providers.Find("one")!.Traits.KeepsOriginal));
        Assert.Equal(TimeSpan.FromMinutes(10), providers.Find("one")!.Traits.QuietTime);
        Assert.IsAssignableFrom<IVideoSource>(providers.Find("one"));
        Assert.NotNull(providers.Find("local"));
    }

    [Fact]
    public async Task A_key_can_be_in_a_file_of_its_own()
    {
        var file = Path.Combine(folder.Root, "key");
        await File.WriteAllTextAsync(file, $"{Key}\n");
        await using var server = new RawServer(async connection =>
        {
            if (await connection.ReadRequest()) await connection.Send("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}");
        });

        await Providers("one", "ApiKey=", $"ApiKeyFile={file}", $"BaseUrl={server.Address}/v1/").Find("one")!.Check("video_1", CancellationToken.None);

        var request = Assert.Single(server.Connections).Received;
        Assert.StartsWith("GET /v1/videos/video_1 HTTP/1.1\r\n", request, StringComparison.Ordinal);
        Assert.Contains($"Authorization: Bearer {Key}\r\n", request, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_prints_as_nothing()
    {
        var settings = new AccountSettings { Type = AccountTypes.OpenAiVideos, BaseUrl = "https://videos.example.com/v1", ApiKey = Key };

        Assert.DoesNotContain(Key, $"{settings} {AccountReader.Read(settings)} {AccountReader.Read(settings).Key}", StringComparison.Ordinal);
    }

    private IVideoProviders Providers(string name, params string[] settings)
    {
        var said = new Dictionary<string, string?>(StringComparer.Ordinal) { ["Type"] = "openai_videos", ["BaseUrl"] = "https://videos.example.com/v1", ["ApiKey"] = Key };
        foreach (var setting in settings.Select(setting => setting.Split('=', 2))) said[setting[0]] = setting[1].Length == 0 ? null : setting[1];
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(said.Where(option => option.Value is not null).Select(option => KeyValuePair.Create($"Providers:Accounts:{name}:{option.Key}", option.Value)))
            .AddInMemoryCollection([new("Providers:Local:Folder", folder.Root)])
            .Build();
        return new ServiceCollection().AddLogging().AddInputFolder(Path.Combine(folder.Root, "inputs")).AddVideoProviders(configuration).BuildServiceProvider(validateScopes: true)
            .GetRequiredService<IVideoProviders>();
    }
}
