using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using VideoGen.Grains.Requests;
using VideoGen.Requests;
using VideoGen.Silo.Media;
using VideoGen.Silo.Tests.Providers;
using VideoGen.Storage;
using VideoGen.Storage.Files;
using VideoGen.Storage.Schema;
using VideoGen.Tests;

namespace VideoGen.Silo.Tests.Media;

/// <summary>The sweep over a real folder and a real database; what the database answers for each document is tested beside it.</summary>
public sealed class MediaSweepTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime, IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private readonly TestFolder folder = new();
    private readonly ConcurrentQueue<string> log = new();

    public async Task InitializeAsync()
    {
        await SchemaMigrations.Apply(database.DataSource, CancellationToken.None);
        await Run("truncate videogen.grain_state");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task What_is_not_wanted_any_more_is_removed_and_everything_else_stays()
    {
        var store = await Store(retainFor: 7 * Day);
        var live = await Video(store, 'a', age: 30 * Day, """{"state":"saving","round":1}""");
        var kept = await Video(store, 'b', age: 6 * Day, Ended(age: 6 * Day));
        var expired = await Video(store, 'c', age: 8 * Day, Ended(age: 8 * Day));
        var removed = await Video(store, 'd', age: 2 * Day, Ended(age: 2 * Day, ""","deleted":true"""));
        var young = await Video(store, 'e', age: Day / 2, Ended(age: Day / 2, ""","deleted":true"""));
        var removing = await Video(store, 'f', age: 2 * Day, Ended(age: 2 * Day, ""","deleted":true,"removal":{"notBefore":1,"failures":3}"""));
        var unknown = await Video(store, 'g', age: 30 * Day, round: null);
        var unfinished = Path.Combine(folder.Root, "videos", ".partial", "unfinished");
        await File.WriteAllTextAsync(unfinished, "half");
        File.SetLastWriteTimeUtc(unfinished, (Now - 2 * Day).UtcDateTime);
        var picture = Path.Combine(Directory.CreateDirectory(Path.Combine(folder.Root, "inputs", "aa")).FullName, new string('a', 64));
        await File.WriteAllTextAsync(picture, "a picture that nobody sends any more");
        File.SetLastWriteTimeUtc(picture, (Now - 15 * Day).UtcDateTime);

        for (var time = 1; time <= 2; time++)
        {
            await Sweep(store);

            Assert.Contains(log, line => line.StartsWith($"The store has files of 1 videos that the database does not know, such as {unknown}", StringComparison.Ordinal));
            foreach (var id in (VideoId[])[live, kept, young, removing, unknown]) Assert.Equal((true, true), await Has(store, id));
            foreach (var id in (VideoId[])[expired, removed]) Assert.Equal((false, false), await Has(store, id));
            Assert.False(File.Exists(unfinished));
            Assert.False(File.Exists(picture));
        }
    }

    [Fact]
    public async Task In_a_bucket_it_is_the_same()
    {
        await using var server = await S3Server.Start(folder.Root);
        await using var line = await S3Line.Open(folder.Root);
        line.Server = server.Address;
        await using var services = OnBucket(line.Address);
        var store = services.GetRequiredService<IVideoStore>();
        await store.Check(isAlone: false, CancellationToken.None);
        var kept = await Video(store, 'b', age: 6 * Day, Ended(age: 6 * Day));
        var expired = await Video(store, 'c', age: 8 * Day, Ended(age: 8 * Day));
        var young = await Video(store, 'e', age: Day / 2, Ended(age: Day / 2, ""","deleted":true"""));
        var unknown = await Video(store, 'g', age: 30 * Day, round: null);
        var unfinished = Directory.CreateDirectory(Path.Combine(folder.Root, S3Server.Bucket, "._S3rver_uploads", "unfinished"));
        await File.WriteAllTextAsync(Path.Combine(unfinished.FullName, "key"), "videos/half");
        unfinished.LastWriteTimeUtc = (Now - 2 * Day).UtcDateTime;

        await Sweep(store, inputs: services.GetRequiredService<IInputStore>());

        Assert.Contains(log, line => line.StartsWith($"The store has files of 1 videos that the database does not know, such as {unknown}", StringComparison.Ordinal));
        foreach (var id in (VideoId[])[kept, young, unknown]) Assert.Equal((true, true), await Has(store, id));
        Assert.Equal((false, false), await Has(store, expired));
        Assert.Empty(S3Server.Uploads(folder.Root));
    }

    [Fact]
    public async Task Without_a_time_to_keep_them_videos_stay_until_they_are_deleted()
    {
        var store = await Store(retainFor: null);
        var old = await Video(store, 'a', age: 3_000 * Day, Ended(age: 3_000 * Day));

        await Sweep(store);

        Assert.Equal((true, true), await Has(store, old));
    }

    [Fact]
    public async Task More_videos_than_are_asked_about_at_once_are_all_swept()
    {
        var store = await Store(retainFor: 7 * Day);
        var expired = await Video(store, 'z', age: 8 * Day, Ended(age: 8 * Day));
        foreach (var place in Enumerable.Range(0, 1_000))
        {
            var name = new string([.. place.ToString("D4", System.Globalization.CultureInfo.InvariantCulture).Select(digit => (char)('a' + (digit - '0')))]);
            var path = Directory.CreateDirectory(Path.Combine(folder.Root, "videos", name[2..])).FullName;
            path = Path.Combine(path, $"v-{name[2..]}{name}".PadRight(54, 'a') + "_1.mp4");
            await File.WriteAllTextAsync(path, "of a request that the database does not know");
            File.SetLastWriteTimeUtc(path, (Now - 8 * Day).UtcDateTime);
        }

        await Sweep(store);

        Assert.Equal((false, false), await Has(store, expired));
        Assert.Equal(1_000, await store.WrittenBefore(Now).CountAsync());
    }

    [Fact]
    public async Task A_database_that_does_not_answer_removes_nothing_and_stops_nobody()
    {
        var store = await Store(retainFor: 7 * Day);
        var id = await Video(store, 'a', age: 8 * Day, Ended(age: 8 * Day));
        await using var nowhere = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Timeout=1");

        await Sweep(store, nowhere);

        Assert.Equal((true, true), await Has(store, id));
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("1.00:05:00", true)]
    [InlineData("30.00:00:00", true)]
    [InlineData("1.00:04:59", false)]
    [InlineData("00:00:00", false)]
    public void Videos_are_kept_at_least_as_long_as_their_prompt_is_answered_with_them(string? retainFor, bool valid)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Store:Folder", "videos"), new("Store:RetainFor", retainFor)]).Build();
        using var services = new ServiceCollection().AddVideoFolder(configuration).AddMedia(configuration).BuildServiceProvider();

        var refused = Record.Exception(() => services.GetRequiredService<IStartupValidator>().Validate());

        if (valid) Assert.Null(refused);
        else Assert.Contains("must be at least 1.00:05:00", Assert.IsType<OptionsValidationException>(refused).Message, StringComparison.Ordinal);
    }

    private async Task<FileVideoStore> Store(TimeSpan? retainFor)
    {
        var store = new FileVideoStore(
            new() { Folder = Path.Combine(folder.Root, "videos"), RetainFor = retainFor }, new Installation(), new FixedTime(), NullLogger<FileVideoStore>.Instance);
        await store.Check(isAlone: false, CancellationToken.None);
        return store;
    }

    private static ServiceProvider OnBucket(Uri address)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
        [
            new("Store:Folder", "not-used"), new("Store:RetainFor", "7"), new("Store:S3:Bucket", S3Server.Bucket), new("Store:S3:Endpoint", address.ToString()),
            new("Store:S3:PathStyle", "true"), new("Store:S3:AccessKey", S3Server.Key), new("Store:S3:SecretKey", S3Server.Key),
        ]).Build();
        return new ServiceCollection().AddLogging().AddSingleton<TimeProvider>(new FixedTime()).AddSingleton<IInstallation>(new Installation()).AddStores(configuration).BuildServiceProvider();
    }

    private async Task Sweep(IVideoStore store, NpgsqlDataSource? source = null, IInputStore? inputs = null)
    {
        using var bench = new Workbench(Options.Create(new MediaOptions { Folder = Path.Combine(folder.Root, "media") }), new FixedTime(), NullLogger<Workbench>.Instance);
        inputs ??= new FileInputStore(Path.Combine(folder.Root, "inputs"), new FixedTime());
        using var logs = LoggerFactory.Create(logging => logging.AddProvider(new LogLines(log)));
        using var sweep = new MediaSweep(store, inputs, new MediaBook(source ?? database.DataSource), bench, new FixedTime(), logs.CreateLogger<MediaSweep>());
        await sweep.Sweep(CancellationToken.None);
    }

    /// <summary>A video with a thumbnail, and the document that knows its round.</summary>
    private async Task<VideoId> Video(IVideoStore store, char letter, TimeSpan age, string? round)
    {
        var key = $"v-{letter}".PadRight(54, 'a');
        var id = new VideoId(key, 1);
        foreach (var variant in (MediaVariant[])[MediaVariant.Video, MediaVariant.Thumbnail])
        {
            using var content = new MemoryStream([1]);
            await store.Save(id, variant, content, CancellationToken.None);
        }

        foreach (var file in Directory.EnumerateFiles(folder.Root, key + "*", SearchOption.AllDirectories)) File.SetLastWriteTimeUtc(file, (Now - age).UtcDateTime);
        if (round is not null) await Run($$"""insert into videogen.grain_state (state_name, grain_key, version, state) values ('{{GrainNames.VideoRequest}}', '{{key}}', 1, '{"rounds":[{{round}}],"orphans":[]}')""");
        return id;
    }

    private static string Ended(TimeSpan age, string more = "") =>
        $$"""{"state":"ended","round":1,"outcome":{"ending":"completed"},"since":{{(Now - age).ToUnixTimeMilliseconds()}},"windowEnds":{{(Now - age + Day).ToUnixTimeMilliseconds()}}{{more}}}""";

    private static async Task<(bool Video, bool Thumbnail)> Has(IVideoStore store, VideoId id)
    {
        await using var video = await store.Open(id, MediaVariant.Video, CancellationToken.None);
        await using var thumbnail = await store.Open(id, MediaVariant.Thumbnail, CancellationToken.None);
        return (video is not null, thumbnail is not null);
    }

    private async Task Run(string sql)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now;
    }

    private sealed class Installation : IInstallation
    {
        public string Id => "sweep001";

        public int KeyRules => 1;
    }
}
