using System.Runtime.ExceptionServices;
using System.Text;
using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Requests;
using VideoGen.Silo.Providers.Local;

namespace VideoGen.Silo.Tests.Providers;

public sealed class LocalVideosTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_submitted_prompt_becomes_a_real_video_of_the_size_and_length_that_was_asked_for()
    {
        await using var host = await LocalHost.Started(_folder.Root);

        var jobId = await host.Finished("k-1");

        var video = await Ffprobe.Read(host.Jobs.VideoOf(jobId));
        Assert.Equal(("h264", "yuv420p", 320, 180, "24/1", 24, 1.0), video);
        var sound = await Ffprobe.ReadSound(host.Jobs.VideoOf(jobId));
        Assert.Equal(("aac", "48000"), (sound.Codec, sound.Rate));
        Assert.InRange(sound.Seconds, 0.9, 1.1);
        Assert.Equal(["submit", "render_started", "finished"], host.Log().Select(line => line.What));
        Assert.All(host.Log(), line => Assert.Equal("k-1", line.ProviderKey));
        Assert.True(Ffprobe.StartsAtOnce(host.Jobs.VideoOf(jobId)), "the index stands before the pictures (+faststart)");
    }

    [Fact]
    public async Task The_same_key_again_is_the_same_job_before_and_after_it_has_finished()
    {
        await using var host = await LocalHost.Started(_folder.Root);

        var first = await host.Finished("k-1");
        var second = await host.Submit("k-1");

        Assert.Equal(first, second);
        Assert.IsType<CheckReply.Finished>(await host.Check(second));
        Assert.Equal(1, host.Count(LogWords.Submit, first));
        Assert.Equal(1, host.Count(LogWords.SubmitAgain, first));
        Assert.Equal(1, host.Count(LogWords.RenderStarted, first));
    }

    [Fact]
    public async Task Twenty_submits_of_one_key_at_the_same_time_make_one_job()
    {
        await using var host = new LocalHost(_folder.Root);
        await using var other = new LocalHost(_folder.Root);

        var jobIds = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => Task.Run(() => (number % 2 == 0 ? host : other).Submit("k-1"))));

        Assert.Single(jobIds.Distinct());
        Assert.Single(host.Jobs.All());
        Assert.Equal(1, host.Count(LogWords.Submit, jobIds[0]));
        Assert.Equal(19, host.Count(LogWords.SubmitAgain, jobIds[0]));
        Assert.Empty(Directory.EnumerateDirectories(Path.Combine(_folder.Root, "staging")));
    }

    [Fact]
    public async Task A_gate_that_is_closed_proves_that_nothing_was_sent()
    {
        await using var host = new LocalHost(_folder.Root);

        var reply = await host.Videos.Submit(LocalHost.Order("k-1"), LocalHost.Closed, CancellationToken.None);

        Assert.IsType<SubmitReply.NotSent>(reply);
        Assert.Empty(host.Jobs.All());
        Assert.Empty(host.Log());
        Assert.IsType<FindReply.Nothing>(await host.Find("k-1"));
        Assert.Empty(Directory.EnumerateDirectories(Path.Combine(_folder.Root, "staging")));
    }

    [Fact]
    public async Task A_lookup_proves_nothing_when_the_folder_of_jobs_is_gone()
    {
        await using var host = new LocalHost(_folder.Root);
        var jobId = await host.Submit("k-1");
        Directory.Move(Path.Combine(_folder.Root, "jobs"), Path.Combine(_folder.Root, "unmounted"));

        Assert.IsType<FindReply.Trouble>(await host.Find("k-1"));
        Assert.IsType<CheckReply.Trouble>(await host.Check(jobId));
        Assert.IsType<SubmitReply.NotSent>(await host.Videos.Submit(LocalHost.Order("k-1"), LocalHost.Open, CancellationToken.None));
    }

    [Fact]
    public async Task A_lookup_proves_nothing_where_a_jobs_place_cannot_be_looked_into()
    {
        await using var host = new LocalHost(_folder.Root);
        var place = host.Jobs.PathOf(JobFolder.JobIdOf("k-1"));
        File.CreateSymbolicLink(place, place); // Nobody gets through it, not even root. File.Exists says that nothing is there.

        Assert.IsType<FindReply.Trouble>(await host.Find("k-1"));
    }

    [Fact]
    public async Task A_check_of_a_job_that_runs_throws_nothing()
    {
        await using var host = new LocalHost(_folder.Root);
        var jobId = await host.Submit("k-1");
        var thrown = 0;
        EventHandler<FirstChanceExceptionEventArgs> count = (_, thrownNow) =>
        {
            if (thrownNow.Exception is FileNotFoundException { FileName: { } file } && file.StartsWith(_folder.Root, StringComparison.Ordinal)) Interlocked.Increment(ref thrown);
        };
        AppDomain.CurrentDomain.FirstChanceException += count;
        try
        {
            Assert.IsType<CheckReply.Running>(await host.Check(jobId));
        }
        finally
        {
            AppDomain.CurrentDomain.FirstChanceException -= count;
        }

        Assert.Equal(0, thrown);
    }

    [Theory]
    [InlineData("16x16")]
    [InlineData("4096x16")]
    public async Task The_smallest_sides_are_rendered(string size)
    {
        await using var host = await LocalHost.Started(_folder.Root);
        var jobId = await host.Submit("k-1", size: size);

        Assert.IsType<CheckReply.Finished>(await host.End(jobId));
        var video = await Ffprobe.Read(host.Jobs.VideoOf(jobId));
        Assert.Equal(size, $"{video.Width}x{video.Height}");
    }

    [Theory]
    [InlineData("321x180", 1)]
    [InlineData("320", 1)]
    [InlineData("320x180:s=9", 1)]
    [InlineData("320x180", 0)]
    [InlineData("320x180", 61)]
    public async Task What_cannot_be_rendered_is_refused_and_makes_no_job(string size, int seconds)
    {
        await using var host = new LocalHost(_folder.Root);

        var reply = await host.Videos.Submit(LocalHost.Order("k-1", size: size, seconds: seconds), LocalHost.Open, CancellationToken.None);

        Assert.Equal(FailureKind.Refused, Assert.IsType<SubmitReply.NoJob>(reply).Failure.Kind);
        Assert.Empty(host.Jobs.All());
    }

    public static TheoryData<string> NastyPrompts => new(
        "%{localtime} %{pts} %{metadata:x} 100%",
        "it's \"quoted\" and 'closed' \\' \\",
        "a:b,c;d=e[f]{g}|h>i<j",
        "one\ntwo\n\nfour",
        "back\\slash \\n \\\\ \\x41",
        "a rocket 🚀 and a family 👩‍👩‍👧‍👦",
        "{\\b1}{\\fnX}{\\p1}m 0 0 l 9 9 \\N } {",
        "'; rm -rf / #",
        "$(touch pwned) `touch pwned` && touch pwned",
        "../../../etc/passwd",
        "-y -i /etc/passwd",
        "日本語のプロンプト مرحبا بالعالم");

    [Theory]
    [MemberData(nameof(NastyPrompts))]
    public async Task A_nasty_prompt_is_only_text(string prompt)
    {
        await using var host = await LocalHost.Started(_folder.Root);

        var jobId = await host.Finished("k-1", prompt);

        var folder = host.Jobs.PathOf(jobId);
        Assert.Equal(Encoding.UTF8.GetBytes(prompt), await File.ReadAllBytesAsync(Path.Combine(folder, "prompt.txt")));
        Assert.Equal(["ending.json", "job.json", "prompt.txt", "video.mp4"], Directory.EnumerateFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(prompt, await File.ReadAllTextAsync(Path.Combine(_folder.Root, "requests.log")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_longest_prompt_is_rendered()
    {
        await using var host = await LocalHost.Started(_folder.Root);

        await host.Finished("k-1", string.Concat(Enumerable.Repeat("word 🚀", 500)));
    }

    [Theory]
    [InlineData("failed_uncharged", FailureKind.Unavailable, Charged.No, 0.0)]
    [InlineData("failed_charged", FailureKind.Unavailable, Charged.Yes, 0.5)]
    [InlineData("failed_unknown", FailureKind.Unavailable, Charged.Unknown, null)]
    [InlineData("rejected_uncharged", FailureKind.Rejected, Charged.No, 0.0)]
    [InlineData("rejected_charged", FailureKind.Rejected, Charged.Yes, 0.5)]
    public async Task A_fail_word_ends_a_job_that_was_rendered_as_configured(string ending, FailureKind kind, Charged charged, double? usd)
    {
        await using var host = await LocalHost.Started(_folder.Root, ("Providers:Local:FailWords:boom", ending), ("Providers:Local:UsdPerSecond", "0.5"));

        var jobId = await host.Submit("k-1", "a BOOM in the harbour");

        var failed = Assert.IsType<CheckReply.Failed>(await host.End(jobId));
        Assert.Equal((kind, charged), (failed.Failure.Kind, failed.Charged));
        var line = Assert.Single(host.Log(), line => line.What == LogWords.Failed);
        Assert.Equal((charged, (decimal?)usd), (line.Charged, line.Usd));
        Assert.False(host.Jobs.HasVideo(jobId));
        await host.Finished("k-2", "a quiet harbour");
    }

    [Theory]
    [InlineData("refused", FailureKind.Refused)]
    [InlineData("rejected_at_submit", FailureKind.Rejected)]
    public async Task A_word_that_is_refused_at_the_submit_never_becomes_a_job(string ending, FailureKind kind)
    {
        await using var host = new LocalHost(_folder.Root, ("Providers:Local:FailWords:boom", ending));

        var reply = await host.Videos.Submit(LocalHost.Order("k-1", "boom"), LocalHost.Open, CancellationToken.None);

        Assert.Equal(kind, Assert.IsType<SubmitReply.NoJob>(reply).Failure.Kind);
        Assert.Empty(host.Jobs.All());
        Assert.Empty(host.Log());
    }

    [Fact]
    public async Task A_submit_whose_answer_is_lost_made_a_job_that_its_key_finds()
    {
        await using var host = await LocalHost.Started(_folder.Root, ("Providers:Local:FailWords:boom", "lost_answer"));

        var reply = await host.Videos.Submit(LocalHost.Order("k-1", "boom"), LocalHost.Open, CancellationToken.None);

        Assert.Equal(FailureKind.Unknown, Assert.IsType<SubmitReply.Unknown>(reply).Failure.Kind);
        var found = Assert.IsType<FindReply.Found>(await host.Find("k-1"));
        Assert.IsType<CheckReply.Finished>(await host.End(found.JobId));
        Assert.Equal(1, host.Count(LogWords.Submit, found.JobId));
    }

    [Theory]
    [InlineData("slow")]
    [InlineData("never_ends")]
    public async Task A_job_that_takes_its_time_runs_on_after_rendering_and_keeps_nobody_waiting(string ending)
    {
        await using var host = await LocalHost.Started(_folder.Root, ("Providers:Local:FailWords:boom", ending), ("Providers:Local:SlowTime", "01:00:00"));
        var jobId = await host.Submit("k-1", "boom");

        // There is room for one render at a time.
        await host.Finished("k-2", "a quiet harbour");

        Assert.True(host.Jobs.HasVideo(jobId));
        Assert.IsType<CheckReply.Running>(await host.Check(jobId));
        Assert.Equal(new CancelReply.Cancelled(Charged.No), await host.Videos.Cancel(jobId, CancellationToken.None));
        Assert.False(host.Jobs.HasVideo(jobId));
    }

    [Theory]
    [InlineData("boom", "00:00:00.5", "00:00:00")]
    [InlineData("a quiet harbour", "01:00:00", "00:00:00.5")]
    public async Task A_job_ends_when_its_time_after_rendering_is_over(string prompt, string slow, string latency)
    {
        await using var host = await LocalHost.Started(
            _folder.Root, ("Providers:Local:FailWords:boom", "slow"), ("Providers:Local:SlowTime", slow), ("Providers:Local:Latency", latency));

        var jobId = await host.Finished("k-1", prompt);

        Assert.True(Assert.IsType<LocalEnding.Finished>(host.Jobs.ReadEnding(jobId)).At.UtcDateTime - File.GetLastWriteTimeUtc(host.Jobs.VideoOf(jobId)) > TimeSpan.FromSeconds(0.4));
    }

    [Fact]
    public async Task A_video_costs_its_seconds_at_the_price_of_the_submit()
    {
        await using var host = await LocalHost.Started(_folder.Root, ("Providers:Local:UsdPerSecond", "0.25"));
        var jobId = await host.Submit("k-1", seconds: 2);

        Assert.Equal(new CheckReply.Finished(0.5m), await host.End(jobId));
        Assert.Equal(0.5m, Assert.Single(host.Log(), line => line.What == LogWords.Finished).Usd);
    }

    [Fact]
    public async Task Without_ffmpeg_a_submit_says_what_to_install_and_the_provider_stays_up()
    {
        await using var host = await LocalHost.Started(_folder.Root, ("Providers:Local:Ffmpeg", Path.Combine(_folder.Root, "ffmpeg")));

        var reply = await host.Videos.Submit(LocalHost.Order("k-1"), LocalHost.Open, CancellationToken.None);

        var failure = Assert.IsType<SubmitReply.NoJob>(reply).Failure;
        Assert.Equal(FailureKind.Unavailable, failure.Kind);
        Assert.Contains("apt-get install ffmpeg", failure.Detail, StringComparison.Ordinal);
        Assert.Contains("apt-get install ffmpeg", await host.Videos.Health(CancellationToken.None), StringComparison.Ordinal);
        Assert.Empty(host.Jobs.All());
    }

    [Fact]
    public async Task Without_ffprobe_videos_are_still_rendered_and_the_health_says_what_to_do()
    {
        await using var host = await LocalHost.Started(_folder.Root, ("Providers:Local:Ffprobe", Path.Combine(_folder.Root, "ffprobe")));

        await host.Finished("k-1");

        Assert.Contains("Providers:Local:Ffprobe", await host.Videos.Health(CancellationToken.None), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_ffmpeg_a_job_of_an_earlier_submit_is_still_there()
    {
        await using (var before = new LocalHost(_folder.Root)) await before.Submit("k-1");
        await using var host = new LocalHost(_folder.Root, ("Providers:Local:Ffmpeg", Path.Combine(_folder.Root, "ffmpeg")));

        await host.Submit("k-1");
    }

    [Fact]
    public async Task A_render_that_fails_is_a_failed_job_that_cost_nothing()
    {
        await using var host = await LocalHost.Started(_folder.Root, ("Providers:Local:Ffmpeg", "/bin/false"));

        var failed = Assert.IsType<CheckReply.Failed>(await host.End(await host.Submit("k-1")));

        Assert.Equal((FailureKind.Unavailable, Charged.No), (failed.Failure.Kind, failed.Charged));
    }

    [Fact]
    public async Task A_healthy_provider_has_nothing_to_say()
    {
        await using var host = await LocalHost.Started(_folder.Root);

        Assert.Null(await host.Videos.Health(CancellationToken.None));
    }

    [Fact]
    public async Task A_lost_folder_is_named_with_what_to_do()
    {
        await using var host = new LocalHost(_folder.Root);
        Directory.Delete(Path.Combine(_folder.Root, "staging"));

        Assert.Contains("Providers:Local:Folder", await host.Videos.Health(CancellationToken.None), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("local_00000000000000000000000000000000")]
    [InlineData("../../etc")]
    [InlineData("")]
    public async Task An_unknown_job_is_trouble_and_not_a_failed_job(string jobId)
    {
        await using var host = new LocalHost(_folder.Root);

        Assert.Equal(FailureKind.Unknown, Assert.IsType<CheckReply.Trouble>(await host.Check(jobId)).Failure.Kind);
        Assert.IsType<CancelReply.Trouble>(await host.Videos.Cancel(jobId, CancellationToken.None));
        Assert.IsType<DiscardReply.Discarded>(await host.Videos.Discard(jobId, CancellationToken.None));
    }

    [Fact]
    public async Task A_discarded_video_is_gone_and_its_job_is_still_finished()
    {
        await using var host = await LocalHost.Started(_folder.Root);
        var jobId = await host.Finished("k-1");

        Assert.IsType<DiscardReply.Discarded>(await host.Videos.Discard(jobId, CancellationToken.None));
        Assert.IsType<DiscardReply.Discarded>(await host.Videos.Discard(jobId, CancellationToken.None));

        Assert.False(File.Exists(host.Jobs.VideoOf(jobId)));
        Assert.IsType<CheckReply.Finished>(await host.Check(jobId));
        Assert.Equal(jobId, await host.Submit("k-1"));
        Assert.False(File.Exists(host.Jobs.VideoOf(jobId)));
    }
}
