using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using VideoGen.Requests;
using VideoGen.Storage.Files;
using VideoGen.Storage.Tests.Waiting;
using VideoGen.Tests;
using VideoGen.Storage.Tests.Files;

namespace VideoGen.Storage.Tests.S3;

/// <summary>A bucket on a real S3 server, behind a line that a test watches, and hosts that are wired as hosts are.</summary>
internal sealed class BucketUnderTest : StoreUnderTest, IAsyncDisposable
{
    public const string Prefix = "some/place/";

    private readonly ManualTime time = new();
    private readonly List<ServiceProvider> hosts = [];
    private readonly string folder;
    private S3Server server;

    private BucketUnderTest(string folder, S3Server server, S3Line line) => (this.folder, this.server, Line) = (folder, server, line);

    public S3Line Line { get; }

    /// <summary>The server itself, without the line.</summary>
    public Uri Server => server.Address;

    public string Folder => folder;

    public override DateTimeOffset Now => time.GetUtcNow();

    public static async Task<BucketUnderTest> Make()
    {
        var root = Directory.CreateTempSubdirectory("videogen-s3-").FullName;
        var started = await S3Server.Start(root);
        var line = await S3Line.Open(root);
        line.Server = started.Address;
        return new(root, started, line);
    }

    public override void Advance(TimeSpan by) => time.Advance(by);

    public override IVideoStore New(string installation = "store001") => Host(installation).GetRequiredService<IVideoStore>();

    public override IInputStore NewInputs() => Host("store001").GetRequiredService<IInputStore>();

    /// <summary>A host's services, with these settings besides.</summary>
    public ServiceProvider Host(string installation, params (string Name, string? Value)[] settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
        [
            new("Store:Folder", "not-used"), new("Store:S3:Bucket", S3Server.Bucket), new("Store:S3:Prefix", Prefix), new("Store:S3:Endpoint", Line.Address.ToString()),
            new("Store:S3:PathStyle", "true"), new("Store:S3:AccessKey", S3Server.Key), new("Store:S3:SecretKey", S3Server.Key),
        ]).AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create("Store:S3:" + setting.Name, setting.Value))).Build();
        var host = new ServiceCollection().AddLogging().AddSingleton<TimeProvider>(time).AddSingleton<IInstallation>(new Installation(installation)).AddStores(configuration).BuildServiceProvider();
        hosts.Add(host);
        return host;
    }

    public override IReadOnlyList<string> Names() =>
        [.. S3Server.Keys(folder).Where(key => key.StartsWith(Prefix + "videos/", StringComparison.Ordinal)).Select(key => key[(Prefix.Length + 7)..])];

    public override int Unfinished() => S3Server.Uploads(folder).Length;

    public override Task LeaveUnfinished()
    {
        var left = Directory.CreateDirectory(Path.Combine(folder, S3Server.Bucket, "._S3rver_uploads", Path.GetRandomFileName()));
        File.WriteAllText(Path.Combine(left.FullName, "key"), Prefix + "videos/aa/half.mp4");
        File.WriteAllText(Path.Combine(left.FullName, "1"), "half");
        left.LastWriteTimeUtc = Now.UtcDateTime;
        return Task.CompletedTask;
    }

    public override void Age(string name, TimeSpan ago)
    {
        foreach (var key in S3Server.Keys(folder).Where(key => key.EndsWith(name, StringComparison.Ordinal))) File.SetLastWriteTimeUtc(S3Server.FileOf(folder, key), (Now - ago).UtcDateTime);
    }

    public override Task PutForeign(string name) => File.WriteAllTextAsync(S3Server.FileOf(folder, Prefix + "videos/" + name), "not ours");

    public override async Task Lose() => await server.DisposeAsync();

    public override async Task GiveBack()
    {
        server = await S3Server.Start(folder);
        Line.Server = server.Address;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in hosts) await host.DisposeAsync();
        await Line.DisposeAsync();
        await server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private sealed record Installation(string Id) : IInstallation
    {
        public int KeyRules => 1;
    }
}
