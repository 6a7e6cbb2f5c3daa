using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Providers;
using VideoGen.Requests;

namespace VideoGen.Grains.Tests.Requests;

/// <summary>A provider whose jobs survive our crashes, which does what a test says and writes down what it was asked.</summary>
internal sealed class ScriptedProvider(TimeProvider time) : IVideoProvider, IVideoProviders, IVideoSaver
{
    private readonly Dictionary<string, Job> byKey = [];
    private readonly HashSet<VideoId> saved = [];

    public string Account { get; set; } = "local";

    public ProviderTraits Traits { get; set; } = new(Resolution.CompleteLookup, TimeSpan.FromMinutes(10), KeepsOriginal: true);

    public TimeSpan RenderTime { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>What the next submits are answered with, before or instead of making a job.</summary>
    public Queue<Func<SubmitOrder, SubmitGate, Task<SubmitReply?>>> NextSubmits { get; } = new();

    /// <summary>What the next submits are answered with after the job was made.</summary>
    public Queue<Func<string, Task<SubmitReply>>> NextAnswers { get; } = new();

    /// <summary>How the next jobs end, instead of finishing.</summary>
    public Queue<CheckReply> NextEndings { get; } = new();

    public Func<Task<SaveReply?>>? OnSave { get; set; }

    /// <summary>How often a job was found to be running.</summary>
    public int Checks { get; private set; }

    /// <summary>What the so-many-th of those checks says.</summary>
    public Func<int, int> Progress { get; set; } = _ => 50;

    public bool FindDown { get; set; }

    /// <summary>Whether it forgets our marks: then only a job whose id is known can be asked for.</summary>
    public bool Markless { get; set; }

    public bool CancelDown { get; set; }

    public bool DiscardDown { get; set; }

    /// <summary>Calls whose next answer is null: what a bug in an adapter does.</summary>
    public HashSet<string> Mute { get; } = [];

    public List<string> Log { get; } = [];

    /// <summary>What made jobs, or asked for one by its key.</summary>
    public List<SubmitOrder> Orders { get; } = [];

    /// <summary>What was looked for.</summary>
    public List<FindOrder> Sought { get; } = [];

    /// <summary>Submits that made a job, by key of ours: what costs money.</summary>
    public IReadOnlyList<Job> Jobs => jobs;

    private readonly List<Job> jobs = [];

    public IVideoProvider? Find(string account) => account == Account ? this : null;

    public async Task<SubmitReply> Submit(SubmitOrder order, SubmitGate gate, CancellationToken cancellationToken)
    {
        if (NextSubmits.TryDequeue(out var script) && await script(order, gate) is { } reply) return reply;
        if (!gate.MaySend)
        {
            Log.Add("gave up");
            return new SubmitReply.NotSent(new(FailureKind.Expired, "The window passed."));
        }

        Log.Add($"submit {order.ProviderKey}");
        Orders.Add(order);
        if (Traits.Resolution == Resolution.SameKey && byKey.TryGetValue(order.ProviderKey, out var same)) return new SubmitReply.Accepted(same.Id);
        var job = new Job($"job_{jobs.Count + 1}", order.ProviderKey, time.GetUtcNow() + RenderTime, NextEndings.TryDequeue(out var ending) ? ending : new CheckReply.Finished(0.40m));
        jobs.Add(job);
        byKey[order.ProviderKey] = job;
        if (Mute.Remove(nameof(Submit))) return null!;
        return NextAnswers.TryDequeue(out var answer) ? await answer(job.Id) : new SubmitReply.Accepted(job.Id);
    }

    public Task<CheckReply> Check(string jobId, CancellationToken cancellationToken)
    {
        var job = jobs.Single(j => j.Id == jobId);
        if (Mute.Remove(nameof(Check))) return Task.FromResult<CheckReply>(null!);
        return Task.FromResult(job.Cancelled
            ? new CheckReply.Failed(new(FailureKind.Unavailable, "cancelled"), Charged.No)
            : time.GetUtcNow() >= job.EndsAt ? job.Ending : new CheckReply.Running(Progress(++Checks)));
    }

    public Task<FindReply> Find(FindOrder order, CancellationToken cancellationToken)
    {
        Log.Add("find");
        Sought.Add(order);
        if (Mute.Remove(nameof(Find))) return Task.FromResult<FindReply>(null!);
        return Task.FromResult(FindDown ? new FindReply.Trouble(new(FailureKind.Unavailable, "down"))
            : jobs.Find(j => j.Id == order.Candidate && j.Key == order.ProviderKey) is { } named ? new FindReply.Found(named.Id)
            : Markless ? new FindReply.Trouble(new(FailureKind.Unknown, "no match"))
            : byKey.TryGetValue(order.ProviderKey, out var job) && (Traits.Resolution != Resolution.Output || time.GetUtcNow() >= job.EndsAt) ? new FindReply.Found(job.Id) : (FindReply)new FindReply.Nothing());
    }

    /// <summary>A callback has the mark as its token and the job's id as its body.</summary>
    public CallbackReply Hear(ProviderCallback callback) => callback.Signature == "signed"
        ? new CallbackReply.Heard(callback.Token, callback.Body)
        : new CallbackReply.Refused(CallbackVerdict.NotSigned);

    public Task<CancelReply> Cancel(string jobId, CancellationToken cancellationToken)
    {
        Log.Add($"cancel {jobId}");
        if (Mute.Remove(nameof(Cancel))) return Task.FromResult<CancelReply>(null!);
        if (CancelDown) return Task.FromResult<CancelReply>(new CancelReply.Trouble(new(FailureKind.Unavailable, "down")));
        var job = jobs.Single(j => j.Id == jobId);
        if (time.GetUtcNow() >= job.EndsAt) return Task.FromResult<CancelReply>(new CancelReply.TooLate("done"));
        job.Cancelled = true;
        return Task.FromResult<CancelReply>(new CancelReply.Cancelled(Charged.No));
    }

    public Task<DiscardReply> Discard(string jobId, CancellationToken cancellationToken)
    {
        Log.Add($"discard {jobId}");
        if (Mute.Remove(nameof(Discard))) return Task.FromResult<DiscardReply>(null!);
        return Task.FromResult<DiscardReply>(DiscardDown ? new DiscardReply.Trouble(new(FailureKind.Unavailable, "down")) : new DiscardReply.Discarded());
    }

    public async Task<SaveReply> Save(VideoId id, string account, string jobId, VideoOptions asked, CancellationToken cancellationToken)
    {
        if (OnSave is not null && await OnSave() is { } reply) return reply;
        if (Mute.Remove(nameof(Save))) return null!;
        saved.Add(id);
        return new SaveReply.Saved(Given.File);
    }

    internal sealed record Job(string Id, string Key, DateTimeOffset EndsAt, CheckReply Ending)
    {
        public bool Cancelled { get; set; }
    }
}
