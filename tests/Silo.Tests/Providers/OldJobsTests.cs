using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Requests;
using VideoGen.Silo.Providers.Local;

namespace VideoGen.Silo.Tests.Providers;

/// <summary>What the embedded provider forgets, and what it must not.</summary>
public sealed class OldJobsTests : IDisposable
{
    private static readonly DateTimeOffset _now = TimeProvider.System.GetUtcNow();
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(47, false, false)]
    [InlineData(49, false, true)]
    [InlineData(49, true, false)]
    [InlineData((30 * 24) - 1, true, false)]
    [InlineData((30 * 24) + 1, true, true)]
    public void A_job_may_go_two_days_after_its_end_and_later_while_its_video_was_not_fetched(int hours, bool hasVideo, bool mayGo) =>
        Assert.Equal(mayGo, OldJobs.MayGo(new LocalEnding.Finished(_now.AddHours(-hours)), hasVideo, _now, new()));

    [Fact]
    public void A_job_that_has_not_ended_never_goes() => Assert.False(OldJobs.MayGo(null, hasVideo: false, _now, new()));

    [Fact]
    public async Task Jobs_that_ended_long_ago_are_removed_at_the_start_and_no_others()
    {
        var days = new Dictionary<string, double> { ["old"] = 3, ["young"] = 1.2, ["unfetched"] = 3, ["fetched"] = 3 };
        await using (var before = new LocalHost(_folder.Root))
        {
            foreach (var (key, age) in days)
            {
                var jobId = await before.Submit(key);
                LocalEnding ending = key is "old" or "young" ? new LocalEnding.Failed(_now.AddDays(-age), FailureKind.Unavailable, "It failed.", null, Charged.No) : new LocalEnding.Finished(_now.AddDays(-age));
                before.Jobs.TryEnd(jobId, ending);
                if (ending is LocalEnding.Finished) await File.WriteAllBytesAsync(before.Jobs.VideoOf(jobId), [1]);
            }

            Assert.IsType<DiscardReply.Discarded>(await before.Videos.Discard(JobFolder.JobIdOf("fetched"), CancellationToken.None));
            await before.Submit("owed");
        }

        await using var host = await LocalHost.Started(_folder.Root);
        var staging = Path.Combine(_folder.Root, "staging");
        await Eventually.Holds("the old ones are gone", () => host.Jobs.All().Count() == 3 && !Directory.EnumerateDirectories(staging).Any());

        Assert.Equal(new[] { "young", "unfetched", "owed" }.Select(JobFolder.JobIdOf).Order(StringComparer.Ordinal), host.Jobs.All().Order(StringComparer.Ordinal));
        Assert.IsType<FindReply.Nothing>(await host.Find("old"));
        Assert.IsType<FindReply.Found>(await host.Find("young"));
        Assert.IsType<CheckReply.Finished>(await host.End(JobFolder.JobIdOf("owed")));
    }

    [Fact]
    public void The_log_rotates_when_nothing_young_is_lost_by_it()
    {
        var (path, before) = (Path.Combine(_folder.Root, "requests.log"), Path.Combine(_folder.Root, "requests.1.log"));
        var log = new RequestLog(path);
        var old = _now.AddDays(-2);
        Assert.False(log.Rotate(old), "there is no line");

        Add(log, "first", old.AddHours(1));
        Assert.False(log.Rotate(old), "its first line is young");

        Add(log, "second", old.AddHours(2));
        Assert.True(log.Rotate(old.AddHours(1.5)), "its first line is old, and no line was before it");
        Add(log, "third, written late", old.AddHours(1));
        Assert.Equal(["first", "second", "third, written late"], Keys(log));

        File.SetLastWriteTimeUtc(before, old.AddHours(2).UtcDateTime);
        Assert.False(log.Rotate(old.AddHours(1.5)), "the last line before it is young");
        Assert.Equal(["first", "second", "third, written late"], Keys(log));
        Assert.True(log.Rotate(old.AddHours(2.5)), "all lines of the one before are old");
        Add(log, "fourth", _now);
        Assert.Equal(["third, written late", "fourth"], Keys(log));
    }

    [Fact]
    public async Task A_submit_whose_line_was_removed_because_it_is_old_is_not_told_again()
    {
        await using (var before = new LocalHost(_folder.Root))
        {
            var (_, young) = (Stage(before, "old", _now.AddDays(-3)), Stage(before, "young", _now.AddHours(-27)));
            Assert.Equal(0, before.Count(LogWords.Submit, young));
        }

        await using var host = await LocalHost.Started(_folder.Root);
        foreach (var key in (string[])["old", "young"]) await host.End(JobFolder.JobIdOf(key));

        Assert.Equal("young", Assert.Single(host.Log(), line => line.What == LogWords.Submit).ProviderKey);
    }

    [Fact]
    public async Task Two_processes_rotate_one_log_and_lose_no_line()
    {
        var logs = Enumerable.Range(0, 2).Select(_ => new RequestLog(Path.Combine(_folder.Root, "requests.log"))).ToList();
        Add(logs[0], "old", _now.AddDays(-3));
        Add(logs[0], "young", _now);

        var rotated = await Task.WhenAll(Enumerable.Range(0, 8).Select(number => Task.Run(() => Rotated(logs[number % 2]))));

        Assert.Single(rotated, done => done);
        Add(logs[1], "younger", _now);
        Assert.Equal(["old", "young", "younger"], Keys(logs[0]));
    }

    private static bool Rotated(RequestLog log)
    {
        try
        {
            return log.Rotate(_now.AddDays(-2));
        }
        catch (IOException)
        {
            return false; // The other one is at it.
        }
    }

    private static string Stage(LocalHost host, string key, DateTimeOffset created)
    {
        var jobId = JobFolder.JobIdOf(key);
        Assert.True(host.Jobs.Claim(host.Jobs.Stage(new(LocalJob.Version, jobId, key, "local", "320x180", 1, created, 0), "A small red boat"), jobId));
        return jobId;
    }

    private static void Add(RequestLog log, string key, DateTimeOffset at) => log.Append(new(at, LogWords.Submit, "local_x", key));

    private static IEnumerable<string> Keys(RequestLog log) => log.Read().Select(line => line.ProviderKey);
}
