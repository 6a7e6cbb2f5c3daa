using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Requests;

namespace VideoGen.Tests.Conformance;

/// <summary>
/// What a request relies on in a provider and in the saver beside it, while nothing goes wrong.
/// <para>
/// Two things are left out, because the simulator's provider is the harsher one and should stay so. A second submit of one key is one
/// job here and may be a second, paid one there; but for <see cref="Resolution.SameKey"/> the port promises neither, and no request may need it. And progress may fall: it does
/// there from check to check, and here when a render begins again after a restart.
/// </para>
/// </summary>
public abstract class VideoProviderConformance
{
    private const string Key = "conform-v-a-1.1", OtherKey = "conform-v-b-1.1";

    private static readonly VideoId Video = new("v-" + new string('a', 50) + "b7", 1), OtherVideo = new("v-" + new string('a', 50) + "b7", 2);

    /// <summary>Runs a test with a provider that has no job yet. A test waits on the provider's clock only, so that it can live in virtual time too.</summary>
    protected abstract Task With(Func<ProviderUnderTest, Task> test);

    /// <summary>The same with jobs that take longer than the test.</summary>
    protected abstract Task WithLongJobs(Func<ProviderUnderTest, Task> test);

    [Fact]
    public Task A_submit_through_an_open_gate_becomes_a_job_that_runs_and_finishes() => With(async at =>
    {
        var job = await at.Submit(Key);
        Assert.NotEmpty(job);

        var (ending, percents) = await at.Watch(job);

        Assert.IsType<CheckReply.Finished>(ending);
        Assert.All(percents, percent => Assert.InRange(percent, 0, 100));
        Assert.Equal(ending, await at.Check(job));
    });

    [Fact]
    public Task A_job_runs_before_it_ends() => WithLongJobs(async at =>
    {
        var job = await at.Submit(Key);

        for (var i = 0; i < 10; i++) Assert.InRange(Assert.IsType<CheckReply.Running>(await at.Check(job)).Percent, 0, 100);
    });

    [Fact]
    public Task A_gate_that_is_closed_proves_that_nothing_was_sent() => WithLongJobs(async at =>
    {
        Assert.IsType<SubmitReply.NotSent>(await at.Provider.Submit(at.Order(Key), at.ClosedGate, CancellationToken.None));
        if (at.CanLookUp) Assert.IsType<FindReply.Nothing>(await at.Resolve(Key));

        // What was not sent is sent with the same key the next time.
        var job = await at.Submit(Key);
        Assert.IsType<CheckReply.Running>(await at.Check(job));
    });

    [Fact]
    public Task A_list_has_every_job_of_its_time_with_our_mark_where_it_is_kept() => WithLongJobs(async at =>
    {
        var before = at.Time.GetUtcNow() - TimeSpan.FromHours(26);
        var (first, second) = (await at.Submit(Key), await at.Submit(OtherKey));

        var reply = await at.Provider.List(before, at.Time.GetUtcNow() + TimeSpan.FromMinutes(1), CancellationToken.None);

        if (at.Provider.Traits.Listing == Listing.None)
        {
            Assert.IsType<ListReply.Trouble>(reply);
            return;
        }

        var jobs = Assert.IsType<ListReply.Listed>(reply).Jobs;
        if (at.Provider.Traits.Listing == Listing.Outputs)
        {
            Assert.Empty(jobs); // Nothing is made yet.
            return;
        }

        var isMarked = at.Provider.Traits.Listing == Listing.Marked;
        Assert.Equal(
            new[] { (first, isMarked ? Key : null), (second, isMarked ? OtherKey : null) }.Order(),
            jobs.Select(job => (job.JobId, job.Mark)).Order());
        Assert.All(jobs, job => Assert.InRange(job.CreatedAt!.Value, before, at.Time.GetUtcNow() + TimeSpan.FromMinutes(1)));
    });

    [Fact]
    public Task A_list_of_what_was_made_has_each_video_that_is_there_with_our_mark() => With(async at =>
    {
        if (at.Provider.Traits.Listing != Listing.Outputs) return;
        var before = at.Time.GetUtcNow() - TimeSpan.FromHours(26);
        string[] jobs = [await at.Submit(Key), await at.Submit(OtherKey), await at.Submit("conform-v-c-1.1", JobEnding.FailedFree)];
        foreach (var job in jobs) await at.End(job);

        var listed = Assert.IsType<ListReply.Listed>(await at.Provider.List(before, at.Time.GetUtcNow(), CancellationToken.None)).Jobs;
        Assert.Equal([Key, OtherKey], listed.Select(job => job.Mark!).Order(StringComparer.Ordinal));
        Assert.All(listed, job => Assert.InRange(job.CreatedAt!.Value, before, at.Time.GetUtcNow() + TimeSpan.FromMinutes(1)));
        foreach (var job in listed) Assert.IsType<CheckReply.Finished>(await at.Check(job.JobId));

        await at.Discard(jobs[0]);
        Assert.Equal([OtherKey], Assert.IsType<ListReply.Listed>(await at.Provider.List(before, at.Time.GetUtcNow(), CancellationToken.None)).Jobs.Select(job => job.Mark!));
    });

    [Fact]
    public Task Where_what_a_job_made_is_found_it_is_found_from_its_end_on_and_is_its_video() => With(async at =>
    {
        if (at.Provider.Traits.Resolution != Resolution.Output) return;
        await at.End(await at.Submit(Key));
        await at.End(await at.Submit(OtherKey, JobEnding.FailedFree));

        var found = Assert.IsType<FindReply.Found>(await at.Find(Key)).JobId;
        Assert.IsType<CheckReply.Finished>(await at.Check(found));
        await at.Saved(Video, found);
        Assert.IsType<FindReply.Nothing>(await at.Find(OtherKey));
        Assert.IsType<FindReply.Nothing>(await at.Find("conform-v-a-1.2"));
        Assert.IsType<FindReply.Nothing>(await at.Find("conform-v-a-1"));

        Assert.IsType<DiscardReply.Discarded>(await at.Discard(found));
        Assert.IsType<FindReply.Nothing>(await at.Find(Key));
        Assert.IsType<SaveReply.Gone>(await at.Save(OtherVideo, found));
    });

    [Fact]
    public Task Where_what_a_job_made_is_found_a_job_that_runs_is_not() => WithLongJobs(async at =>
    {
        if (at.Provider.Traits.Resolution != Resolution.Output) return;
        await at.Submit(Key);

        Assert.IsType<FindReply.Nothing>(await at.Find(Key));
    });

    [Fact]
    public Task A_lookup_by_our_key_finds_its_job_and_no_other() => WithLongJobs(async at =>
    {
        if (!at.CanLookUp) return;
        var (job, other) = (await at.Submit(Key), await at.Submit(OtherKey));

        Assert.NotEqual(job, other);
        Assert.Equal(new FindReply.Found(job), await at.Resolve(Key));
        Assert.Equal(new FindReply.Found(other), await at.Resolve(OtherKey));
        Assert.IsType<FindReply.Nothing>(await at.Resolve("conform-v-a-1.2"));
        Assert.IsType<FindReply.Nothing>(await at.Resolve("conform-v-a-1"));
    });

    [Fact]
    public Task Where_the_same_key_is_promised_to_give_the_same_job_it_does() => WithLongJobs(async at =>
    {
        if (at.Provider.Traits.Resolution != Resolution.SameKey) return;
        var (job, other) = (await at.Submit(Key), await at.Submit(OtherKey));

        Assert.NotEqual(job, other);
        Assert.Equal([job, other, job], [await at.Submit(Key), await at.Submit(OtherKey), await at.Submit(Key)]);
        Assert.NotNull(at.Provider.Traits.KeyKeptFor);
    });

    [Theory]
    [InlineData(JobEnding.Finished)]
    [InlineData(JobEnding.FailedFree)]
    public Task A_lookup_finds_a_job_that_has_ended(JobEnding ending) => With(async at =>
    {
        if (!at.CanLookUp) return;
        var job = await at.Submit(Key, ending);
        await at.End(job);

        Assert.Equal(new FindReply.Found(job), await at.Resolve(Key));
    });

    [Fact]
    public Task A_lookup_finds_a_job_that_was_cancelled() => WithLongJobs(async at =>
    {
        if (!at.CanLookUp) return;
        var job = await at.Submit(Key);
        await at.Cancel(job);

        Assert.Equal(new FindReply.Found(job), await at.Resolve(Key));
    });

    [Theory]
    [InlineData(JobEnding.FailedFree, FailureKind.Unavailable, Charged.No)]
    [InlineData(JobEnding.FailedCharged, FailureKind.Unavailable, Charged.Yes)]
    [InlineData(JobEnding.Rejected, FailureKind.Rejected, Charged.No)]
    public Task A_job_that_ends_badly_says_why_and_what_it_cost(JobEnding ending, FailureKind kind, Charged charged) => With(async at =>
    {
        if (ending == JobEnding.FailedCharged && !at.TellsWhatFailuresCost) return;
        var job = await at.Submit(Key, ending);

        var failed = Assert.IsType<CheckReply.Failed>(await at.End(job));

        Assert.Equal((kind, charged), (failed.Failure.Kind, failed.Charged));
        Assert.Equal(failed, await at.Check(job));
        Assert.IsType<CancelReply.TooLate>(await at.Cancel(job));
        Assert.Equal(failed, await at.Check(job));
        Assert.IsType<SaveReply.Gone>(await at.Save(Video, job));
        if (at.Provider.Traits.KeepsOriginal) Assert.IsType<DiscardReply.Discarded>(await at.Discard(job));
    });

    [Fact]
    public Task A_job_that_is_cancelled_is_over_and_says_each_time_what_it_cost() => WithLongJobs(async at =>
    {
        if (!at.CanCancel) return;
        var job = await at.Submit(Key);

        var cancelled = Assert.IsType<CancelReply.Cancelled>(await at.Cancel(job));

        var failed = Assert.IsType<CheckReply.Failed>(await at.Check(job));
        Assert.Equal((FailureKind.Unavailable, cancelled.Charged), (failed.Failure.Kind, failed.Charged));
        Assert.Equal(cancelled, await at.Cancel(job));
        Assert.Equal(failed, await at.Check(job));
        Assert.IsType<SaveReply.Gone>(await at.Save(Video, job));
        Assert.IsType<DiscardReply.Discarded>(await at.Discard(job));
    });

    [Fact]
    public Task Of_cancels_at_once_all_say_the_same() => WithLongJobs(async at =>
    {
        if (!at.CanCancel) return;
        var job = await at.Submit(Key);

        var replies = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => at.Cancel(job)));

        Assert.IsType<CancelReply.Cancelled>(Assert.Single(replies.Distinct()));
    });

    [Fact]
    public Task A_finished_video_is_saved_as_often_as_one_likes_and_discarded_after_that() => With(async at =>
    {
        var job = await at.Submit(Key);
        var ending = Assert.IsType<CheckReply.Finished>(await at.End(job));
        Assert.IsType<CancelReply.TooLate>(await at.Cancel(job));

        var saved = await at.Saved(Video, job);
        Assert.True(saved.Bytes > 0);
        Assert.Matches("^[0-9a-f]{64}$", saved.Sha256);
        Assert.Equal(saved, await at.Saved(Video, job));
        Assert.All(await Task.WhenAll(at.Saved(Video, job), at.Saved(Video, job)), again => Assert.Equal(saved, again));

        if (!at.Provider.Traits.KeepsOriginal) return;
        for (var i = 0; i < 2; i++)
        {
            Assert.IsType<DiscardReply.Discarded>(await at.Discard(job));
            if (at.ForgetsWhatWasDiscarded) Assert.IsType<CheckReply.Trouble>(await at.Check(job));
            else Assert.Equal(ending, await at.Check(job));

            // Our store has it under the one name and not under the other.
            Assert.Equal(saved, await at.Saved(Video, job));
            Assert.IsType<SaveReply.Gone>(await at.Save(OtherVideo, job));
        }
    });

    [Fact]
    public Task Before_its_end_a_job_is_neither_saved_nor_discarded() => WithLongJobs(async at =>
    {
        var job = await at.Submit(Key);

        Assert.IsType<SaveReply.Trouble>(await at.Save(Video, job));
        Assert.IsType<DiscardReply.Trouble>(await at.Discard(job));
        Assert.IsType<CheckReply.Running>(await at.Check(job));
    });

    [Fact]
    public Task An_unknown_job_is_trouble_and_neither_failed_nor_cancelled() => With(async at =>
    {
        const string Nobodys = "nobodys-job";

        Assert.Equal(FailureKind.Unknown, Assert.IsType<CheckReply.Trouble>(await at.Check(Nobodys)).Failure.Kind);
        if (at.CanCancel) Assert.Equal(FailureKind.Unknown, Assert.IsType<CancelReply.Trouble>(await at.Cancel(Nobodys)).Failure.Kind);
        if (at.Provider.Traits.KeepsOriginal) Assert.IsType<DiscardReply.Discarded>(await at.Discard(Nobodys));
        Assert.IsType<SaveReply.Gone>(await at.Save(Video, Nobodys));
    });

    [Fact]
    public Task A_video_of_an_account_that_is_not_configured_is_trouble_and_never_gone() => With(async at =>
        Assert.IsType<SaveReply.Trouble>(await at.Save(Video, "job", account: "elsewhere")));
}
