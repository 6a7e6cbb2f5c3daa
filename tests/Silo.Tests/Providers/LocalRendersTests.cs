using System.Text.Json.Nodes;
using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Requests;
using VideoGen.Silo.Providers.Local;

namespace VideoGen.Silo.Tests.Providers;

/// <summary>Cancels, stops, crashes and races.</summary>
public sealed class LocalRendersTests : IDisposable
{
    private static readonly (string, string) _slow = ("Providers:Local:Latency", "01:00:00");
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_cancel_kills_the_render_at_once_and_costs_nothing()
    {
        await using var host = await LocalHost.Started(_folder.Root);
        var jobId = await host.Submit("k-1", size: "1792x1024", seconds: 60);
        await Eventually.Holds("its ffmpeg runs", () => host.ProcessesOf(jobId).Count > 0);

        Assert.Equal(new CancelReply.Cancelled(Charged.No), await host.Videos.Cancel(jobId, CancellationToken.None));

        await Eventually.Holds("its ffmpeg has gone", () => host.ProcessesOf(jobId).Count == 0);
        var failed = Assert.IsType<CheckReply.Failed>(await host.Check(jobId));
        Assert.Equal(Charged.No, failed.Charged);
        Assert.Equal(new CancelReply.Cancelled(Charged.No), await host.Videos.Cancel(jobId, CancellationToken.None));
        Assert.Equal(1, host.Count(LogWords.Cancelled, jobId));
        Assert.Empty(Directory.EnumerateFiles(host.Jobs.PathOf(jobId), "*.mp4"));
        await host.Finished("k-2");
    }

    [Fact]
    public async Task Progress_grows_while_a_video_is_rendered()
    {
        await using var host = await LocalHost.Started(_folder.Root);
        var jobId = await host.Submit("k-1", size: "1792x1024", seconds: 60);

        var first = await Eventually.Get("its progress is over 0", async () => await host.Check(jobId) is CheckReply.Running { Percent: > 0 } running ? running : null);
        var next = await Eventually.Get("it has grown", async () => await host.Check(jobId) is CheckReply.Running running && running.Percent > first.Percent ? running : null);
        Assert.InRange(next.Percent, 2, 99);

        await host.Videos.Cancel(jobId, CancellationToken.None);
    }

    [Fact]
    public async Task A_render_that_takes_too_long_is_stopped_and_costs_nothing()
    {
        await using var host = await LocalHost.Started(_folder.Root, ("Providers:Local:RenderTimeLimit", "00:00:01"));
        var jobId = await host.Submit("k-1", size: "1792x1024", seconds: 60);

        var failed = Assert.IsType<CheckReply.Failed>(await host.End(jobId));

        Assert.Equal(("render_time_limit", Charged.No), (failed.Failure.Code, failed.Charged));
        Assert.Empty(host.ProcessesOf(jobId));
        await Eventually.Holds("what was begun is removed", () => Directory.GetFiles(host.Jobs.PathOf(jobId), "*.mp4").Length == 0);
    }

    [Fact]
    public async Task A_cancel_of_a_waiting_job_takes_it_out_of_the_queue()
    {
        await using var host = new LocalHost(_folder.Root);
        var jobId = await host.Submit("k-1");

        Assert.IsType<CancelReply.Cancelled>(await host.Videos.Cancel(jobId, CancellationToken.None));
        await host.Start();
        await host.Finished("k-2");

        Assert.Equal(0, host.Count(LogWords.RenderStarted, jobId));
    }

    [Fact]
    public async Task A_host_that_died_before_rendering_leaves_a_job_that_the_next_one_finishes()
    {
        string jobId;
        await using (var died = new LocalHost(_folder.Root))
        {
            jobId = await died.Submit("k-1");
            await File.WriteAllTextAsync(Path.Combine(died.Jobs.PathOf(jobId), JobFolder.RenderingName()), "half a video");
        }

        await using var host = await LocalHost.Started(_folder.Root);

        // Nobody submits or checks: it goes on by itself.
        await Eventually.Holds("the job is finished", () => host.Jobs.ReadEnding(jobId) is LocalEnding.Finished);
        await Eventually.Holds("what was begun is removed", () => Directory.GetFiles(host.Jobs.PathOf(jobId), "*.mp4").Length == 1);
        Assert.Equal(jobId, await host.Submit("k-1"));
        Assert.Equal(jobId, Assert.Single(host.Jobs.All()));
        Assert.Equal(1, host.Count(LogWords.Submit, jobId));
    }

    [Fact]
    public async Task A_stop_kills_its_renders_and_the_next_start_begins_them_again()
    {
        string jobId;
        await using (var stopped = await LocalHost.Started(_folder.Root))
        {
            jobId = await stopped.Submit("k-1", size: "1792x1024", seconds: 60);
            await Eventually.Holds("its ffmpeg runs", () => stopped.ProcessesOf(jobId).Count > 0);
        }

        await using var host = new LocalHost(_folder.Root);
        await Eventually.Holds("its ffmpeg has gone", () => host.ProcessesOf(jobId).Count == 0);
        Assert.Null(host.Jobs.ReadEnding(jobId));
        await host.Start();
        await Eventually.Holds("its ffmpeg runs again", () => host.ProcessesOf(jobId).Count > 0);
        await host.Videos.Cancel(jobId, CancellationToken.None);
        Assert.Equal(2, host.Count(LogWords.RenderStarted, jobId));
        Assert.Equal(1, host.Count(LogWords.Submit, jobId));
    }

    [Fact]
    public async Task A_finished_job_stays_finished_after_a_restart()
    {
        string jobId;
        await using (var before = await LocalHost.Started(_folder.Root)) jobId = await before.Finished("k-1");

        await using var host = await LocalHost.Started(_folder.Root);
        await host.Finished("k-2");

        Assert.IsType<CheckReply.Finished>(await host.Check(jobId));
        Assert.Equal(1, host.Count(LogWords.RenderStarted, jobId));
        Assert.Equal(1, host.Count(LogWords.Finished, jobId));
    }

    [Fact]
    public async Task A_crash_between_an_act_and_its_line_is_made_good_at_the_next_start()
    {
        string jobId;
        await using (var before = await LocalHost.Started(_folder.Root)) jobId = await before.Finished("k-1");
        var log = Path.Combine(_folder.Root, "requests.log");
        await File.WriteAllTextAsync(log, "{\"at\":\"2026-01-01T00:00:00+00:00\",\"what\":\"sub");

        await using var host = await LocalHost.Started(_folder.Root);
        await host.Finished("k-2");

        Assert.Equal(1, host.Count(LogWords.Submit, jobId));
        Assert.Equal(1, host.Count(LogWords.Finished, jobId));
        Assert.Equal(5, host.Log().Count);
    }

    [Fact]
    public async Task A_claim_that_a_crash_left_half_made_blocks_nobody()
    {
        await using var host = await LocalHost.Started(_folder.Root);
        var order = LocalHost.Order("k-1");
        host.Jobs.Stage(new(LocalJob.Version, JobFolder.JobIdOf("k-1"), "k-1", "local", "320x180", 1, TimeProvider.System.GetUtcNow(), 0), order.Prompt);

        await host.Finished("k-1");
    }

    [Fact]
    public async Task Of_endings_that_come_together_exactly_one_stands()
    {
        await using var host = new LocalHost(_folder.Root);
        foreach (var round in Enumerable.Range(0, 20))
        {
            var jobId = await host.Submit($"k-{round}");
            var now = TimeProvider.System.GetUtcNow();
            var endings = Enumerable.Range(0, 8).Select(number => new LocalEnding.Failed(now, FailureKind.Unavailable, $"{number}", null, Charged.No)).ToList();

            var won = await Task.WhenAll(endings.Select(ending => Task.Run(() => host.Jobs.TryEnd(jobId, ending))));

            Assert.Equal(endings[Assert.Single(Enumerable.Range(0, won.Length), number => won[number])], host.Jobs.ReadEnding(jobId));
        }
    }

    [Fact]
    public async Task A_cancel_during_the_latency_removes_the_video()
    {
        await using var host = await LocalHost.Started(_folder.Root, _slow);
        var jobId = await host.Submit("k-1");
        await Eventually.Holds("the video is there", () => File.Exists(host.Jobs.VideoOf(jobId)));

        Assert.IsType<CheckReply.Running>(await host.Check(jobId));
        Assert.IsType<CancelReply.Cancelled>(await host.Videos.Cancel(jobId, CancellationToken.None));

        Assert.False(File.Exists(host.Jobs.VideoOf(jobId)));
    }

    [Fact]
    public async Task A_damaged_job_does_not_keep_others_from_being_rendered()
    {
        string damaged;
        await using (var before = new LocalHost(_folder.Root))
        {
            damaged = await before.Submit("k-1");
            await File.WriteAllTextAsync(Path.Combine(before.Jobs.PathOf(damaged), "job.json"), "{");
        }

        await using var host = await LocalHost.Started(_folder.Root);

        await host.Finished("k-2");
        Assert.IsType<CheckReply.Trouble>(await host.Check(damaged));
        Assert.IsType<FindReply.Trouble>(await host.Find("k-1"));
    }

    [Fact]
    public async Task Renders_begin_in_the_order_of_their_submits()
    {
        await using var host = new LocalHost(_folder.Root);
        var jobIds = new List<string>();
        foreach (var number in Enumerable.Range(0, 4)) jobIds.Add(await host.Submit($"k-{number}"));
        await host.Start();
        foreach (var jobId in jobIds) await host.End(jobId);

        Assert.Equal(jobIds, host.Log().Where(line => line.What == LogWords.RenderStarted).Select(line => line.JobId));
    }

    [Fact]
    public async Task No_more_are_rendered_at_once_than_the_machine_has_room_for()
    {
        await using var host = await LocalHost.Started(_folder.Root, ("Providers:Local:RendersAtOnce", "2"));
        var jobIds = new List<string>();
        foreach (var number in Enumerable.Range(0, 3)) jobIds.Add(await host.Submit($"k-{number}", size: "1792x1024", seconds: 60));
        await Eventually.Holds("the first two are rendered", () => jobIds.Take(2).All(jobId => host.ProcessesOf(jobId).Count > 0));

        Assert.Equal(0, host.Count(LogWords.RenderStarted, jobIds[2]));
        await host.Videos.Cancel(jobIds[0], CancellationToken.None);

        await Eventually.Holds("the third is rendered in its place", () => host.ProcessesOf(jobIds[2]).Count > 0);
        foreach (var jobId in jobIds) await host.Videos.Cancel(jobId, CancellationToken.None);
    }

    [Fact]
    public async Task The_log_is_one_json_object_a_line_in_the_agreed_words()
    {
        await using var host = await LocalHost.Started(_folder.Root, ("Providers:Local:UsdPerSecond", "0.25"));
        var jobId = await host.Finished("k-1");

        var lines = (await File.ReadAllLinesAsync(Path.Combine(_folder.Root, "requests.log"))).Select(line => JsonNode.Parse(line)!.AsObject()).ToList();

        Assert.Equal(["at", "what", "jobId", "providerKey"], lines[0].Select(member => member.Key));
        Assert.Equal("submit", (string?)lines[0]["what"]);
        Assert.Equal(jobId, (string?)lines[0]["jobId"]);
        Assert.Equal(("yes", 0.25m), ((string?)lines[^1]["charged"], (decimal?)lines[^1]["usd"]));
    }
}
