using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Requests;
using VideoGen.Silo.Providers.Http;
using VideoGen.Silo.Tests.Providers;
using VideoGen.Storage.Files;

namespace VideoGen.Silo.Tests.Media;

/// <summary>What becomes of a copy whose connection breaks in the middle, with each kind of account at the provider in its process.</summary>
public sealed class ResumeTests(FakeProvider fake) : IClassFixture<FakeProvider>, IAsyncLifetime, IDisposable
{
    private static readonly VideoId _id = new("v-" + new string('a', 52), 1);

    private readonly TestFolder _folder = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await fake.Faults();
        await fake.Style(new { });
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("openai", "tag")]
    [InlineData("openai", "date")]
    [InlineData("kling", "tag")]
    [InlineData("replicate", "tag")]
    [InlineData("vertex", "tag")]
    public async Task A_copy_that_breaks_in_the_middle_goes_on_there(string kind, string validator)
    {
        await fake.Style(new { validator });
        var video = await Samples.Video;

        var (reply, asked) = await Saved(kind, [new("content", "half")]);

        Assert.Equal(FileOf(video), Assert.IsType<SaveReply.Saved>(reply).File);
        Assert.Equal([null, $"bytes={video.Length / 2}-"], asked.Select(line => FakeProvider.Text(line, "range")));
        Assert.Equal([null, validator == "tag" ? $"\"{Convert.ToHexStringLower(SHA256.HashData(video))[..12]}\"" : "Fri, 02 Jan 2026 03:04:05 GMT"], asked.Select(line => FakeProvider.Text(line, "if_range")));
    }

    [Fact]
    public async Task It_goes_on_after_each_break_and_after_answers_that_are_none()
    {
        var video = await Samples.Video;

        var (reply, asked) = await Saved("openai", [new("content", "half"), new("content", "half"), new("content", "answer", Status: 503), new("content", "reset")]);

        Assert.Equal(FileOf(video), Assert.IsType<SaveReply.Saved>(reply).File);
        var (half, most) = (video.Length / 2, (video.Length / 2) + ((video.Length - (video.Length / 2)) / 2));
        Assert.Equal([null, $"bytes={half}-", $"bytes={most}-", $"bytes={most}-", $"bytes={most}-"], asked.Select(line => FakeProvider.Text(line, "range")));
    }

    [Fact]
    public async Task A_copy_of_which_nothing_comes_any_more_goes_on_as_well()
    {
        var (reply, asked) = await Saved("openai", [new("content", "stall")], ("Media:StallTimeLimit", "00:00:01"));

        Assert.Equal(FileOf(await Samples.Video), Assert.IsType<SaveReply.Saved>(reply).File);
        Assert.Equal(2, asked.Count);
    }

    [Fact]
    public async Task All_of_it_from_a_server_that_ignores_what_was_asked_for_is_taken_from_its_beginning()
    {
        var (reply, asked) = await Saved("openai", [new("content", "half"), new("content", "no_parts")]);

        Assert.Equal(FileOf(await Samples.Video), Assert.IsType<SaveReply.Saved>(reply).File);
        Assert.Equal(2, asked.Count);
    }

    [Fact]
    public async Task A_video_that_is_another_one_by_now_is_taken_from_its_beginning()
    {
        var (reply, asked) = await Saved("openai", [new("content", "half"), new("content", "changed")]);

        byte[] changed = [.. await Samples.Video, 0, 0, 0, 16, .. "freechanged!"u8];
        Assert.Equal(FileOf(changed), Assert.IsType<SaveReply.Saved>(reply).File);
        Assert.Equal(2, asked.Count);
    }

    [Fact]
    public async Task A_part_that_was_not_asked_for_is_put_behind_nothing_and_all_of_it_is_asked_for()
    {
        var video = await Samples.Video;

        var (reply, asked) = await Saved("openai", [new("content", "half"), new("content", "wrong_part")]);

        Assert.Equal(FileOf(video), Assert.IsType<SaveReply.Saved>(reply).File);
        Assert.Equal([null, $"bytes={video.Length / 2}-", null], asked.Select(line => FakeProvider.Text(line, "range")));
    }

    [Fact]
    public async Task A_copy_that_breaks_again_and_again_comes_to_an_end_that_says_so()
    {
        var (reply, asked) = await Saved("openai", [new("content", "half", Times: 0)], ("Media:Resumes", "2"));

        var failure = Assert.IsType<SaveReply.Trouble>(reply).Failure;
        Assert.Equal(FailureKind.Unavailable, failure.Kind);
        Assert.Contains("It broke off 3 times (Media:Resumes is 2)", failure.Detail, StringComparison.Ordinal);
        Assert.Equal(3, asked.Count);
        Assert.Empty(Directory.EnumerateFiles(_folder.Root, "*.mp4", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("weak")]
    [InlineData("fresh_date")]
    [InlineData("tag_alone")]
    public async Task Where_it_is_not_known_again_for_sure_the_next_try_begins_anew(string validator)
    {
        await fake.Style(new { validator });

        var (reply, asked) = await Saved("openai", [new("content", "half")]);

        Assert.IsType<SaveReply.Trouble>(reply);
        Assert.Null(FakeProvider.Text(Assert.Single(asked), "range"));
    }

    [Theory]
    [InlineData("bytes 50-99/100", true)]
    [InlineData("bytes 50-99/100", true, "\"a\"")]
    [InlineData("bytes 50-99/100", false, "\"b\"")]
    [InlineData("bytes 50-99/100", false, "W/\"a\"")]
    [InlineData("bytes 49-99/100", false)]
    [InlineData("bytes 51-99/100", false)]
    [InlineData("bytes 50-98/100", false)]
    [InlineData("bytes 50-99/*", false)]
    [InlineData("bytes 50-100/101", false)]
    [InlineData("bytes */100", false)]
    [InlineData("seconds 50-99/100", false)]
    [InlineData("", false)]
    public void Only_the_rest_of_the_same_video_is_one(string contentRange, bool isRest, string? tag = null)
    {
        using var response = new HttpResponseMessage(HttpStatusCode.PartialContent) { Content = new ByteArrayContent(new byte[50]) };
        if (contentRange.Length > 0) response.Content.Headers.ContentRange = ContentRangeHeaderValue.Parse(contentRange);
        if (tag is not null) response.Headers.ETag = EntityTagHeaderValue.Parse(tag);
        var rest = new VideoRest(100, new("\"a\""), null, TakesRanges: true);

        Assert.Equal(isRest, rest.Begins(response, 50));
        response.StatusCode = HttpStatusCode.OK;
        Assert.False(rest.Begins(response, 50));
    }

    /// <summary>What became of a save, and the questions for the video.</summary>
    private async Task<(SaveReply Reply, IReadOnlyList<JsonElement> Asked)> Saved(string kind, Fault[] faults, params (string Key, string Value)[] settings)
    {
        using var account = kind switch
        {
            "kling" => Account.Kling(fake.Address),
            "replicate" => Account.Replicate(fake.Address),
            "vertex" => Account.Vertex(fake.Address),
            _ => Account.OpenAi(fake.Address),
        };
        var order = Account.Order(Account.NewMark(), model: kind == "replicate" ? "an-owner/a-model" : "sora-2");
        var job = await account.Accepted(order);
        await Eventually.Get("the job is finished", async () => await account.Provider.Check(job, CancellationToken.None) as CheckReply.Finished);
        var before = fake.Log.Count;
        await fake.Faults([.. faults]);
        var store = new FileVideoStore(new() { Folder = Path.Combine(_folder.Root, "videos"), MinFreeBytes = 0 }, new Installation(), TimeProvider.System, NullLogger<FileVideoStore>.Instance);
        await store.Check(isAlone: true, CancellationToken.None);
        await using var media = new MediaUnderTest(Path.Combine(_folder.Root, "media"), store, account.Source, settings);

        var reply = await media.Saver.Save(_id, Account.Name, job, order.Options, CancellationToken.None);

        return (reply, [.. fake.Log.Skip(before).Where(line => FakeProvider.Text(line, "what") == "content")]);
    }

    private static StoredVideo FileOf(byte[] video) => new(video.Length, Convert.ToHexStringLower(SHA256.HashData(video)));

    private sealed class Installation : VideoGen.Storage.IInstallation
    {
        public string Id => "resume01";

        public int KeyRules => 1;
    }
}
