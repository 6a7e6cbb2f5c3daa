using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Requests;

namespace VideoGen.Tests.Conformance;

/// <summary>How a job is to end.</summary>
public enum JobEnding
{
    Finished,
    FailedFree,
    FailedCharged,

    /// <summary>By the provider's content policy.</summary>
    Rejected,
}

/// <summary>A provider, the saver beside it and the clock that both live by.</summary>
/// <param name="longestJob">After this, on that clock, every job has ended.</param>
public abstract class ProviderUnderTest(IVideoProvider provider, IVideoSaver saver, TimeProvider time, TimeSpan longestJob)
{
    private const int AsksPerJob = 1_000;
    private readonly DateTimeOffset began = time.GetUtcNow();

    public IVideoProvider Provider => provider;

    public TimeProvider Time => time;

    /// <summary>Whether its jobs can be stopped.</summary>
    public virtual bool CanCancel => true;

    /// <summary>Whether a job can be looked for without its id.</summary>
    public bool CanLookUp => provider.Traits.Resolution is Resolution.Lookup or Resolution.CompleteLookup;

    /// <summary>Whether a job is not known any more once its video was discarded.</summary>
    public virtual bool ForgetsWhatWasDiscarded => false;

    /// <summary>Whether its jobs say what they cost that made no video.</summary>
    public virtual bool TellsWhatFailuresCost => true;

    /// <summary>After so long a lookup that finds nothing is taken at its word here.</summary>
    protected virtual TimeSpan BelievedAfter => provider.Traits.QuietTime;

    /// <summary>An order that the provider takes; the same for the same key.</summary>
    public abstract SubmitOrder Order(string key);

    /// <summary>A job that will end as wanted; its id.</summary>
    public abstract Task<string> Submit(string key, JobEnding ending);

    public SubmitGate OpenGate => new(time, time.GetTimestamp(), TimeSpan.FromMinutes(1));

    public SubmitGate ClosedGate => new(time, time.GetTimestamp(), TimeSpan.FromTicks(-1));

    public async Task<string> Submit(string key) =>
        Assert.IsType<SubmitReply.Accepted>(await provider.Submit(Order(key), OpenGate, CancellationToken.None)).JobId;

    public Task<CheckReply> Check(string job) => provider.Check(job, CancellationToken.None);

    public virtual Task<FindReply> Find(string key)
    {
        var order = Order(key);
        return provider.Find(new(key, order.Prompt, order.Options, began, time.GetUtcNow()), CancellationToken.None);
    }

    public Task<CancelReply> Cancel(string job) => provider.Cancel(job, CancellationToken.None);

    public Task<DiscardReply> Discard(string job) => provider.Discard(job, CancellationToken.None);

    public Task<SaveReply> Save(VideoId id, string job, string? account = null) => saver.Save(id, account ?? provider.Account, job, Order("any").Options, CancellationToken.None);

    public async Task<StoredVideo> Saved(VideoId id, string job) => Assert.IsType<SaveReply.Saved>(await Save(id, job)).File;

    /// <summary>How a job ended, and what it said until then.</summary>
    public async Task<(CheckReply Ending, IReadOnlyList<int> Percents)> Watch(string job)
    {
        var percents = new List<int>();
        var since = time.GetTimestamp();
        while (true)
        {
            var isLast = time.GetElapsedTime(since) > longestJob;
            switch (await Check(job))
            {
                case CheckReply.Running running:
                    Assert.False(isLast, $"After {longestJob} the job {job} still runs.");
                    percents.Add(running.Percent);
                    break;
                case var ending:
                    return (ending, percents);
            }

            await Task.Delay(longestJob / AsksPerJob, time);
        }
    }

    public async Task<CheckReply> End(string job) => (await Watch(job)).Ending;

    /// <summary>What a lookup says when it is believed: at once where it found something, after the quiet time where it did not.</summary>
    public async Task<FindReply> Resolve(string key)
    {
        var since = time.GetTimestamp();
        while (true)
        {
            // Before the lookup: what arrives while it runs, it may miss.
            var isBelieved = time.GetElapsedTime(since) >= BelievedAfter;
            var reply = await Find(key);
            Assert.IsNotType<FindReply.Trouble>(reply);
            if (isBelieved || reply is FindReply.Found) return reply;
            await Task.Delay(BelievedAfter / 10, time);
        }
    }
}
