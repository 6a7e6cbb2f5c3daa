using System.Globalization;

namespace VideoGen.Fakes;

/// <summary>A job as it was made: whatever becomes of it by itself is decided then.</summary>
/// <param name="Shape">The protocol that it was asked for in.</param>
/// <param name="Owner">The account that asked: what it came in with.</param>
/// <param name="Mark">The caller's own key, where the protocol keeps one.</param>
/// <param name="EndsAt">When it ends, if nobody stops it.</param>
/// <param name="VisibleAt">From when on lookups and lists see it.</param>
/// <param name="Ending">One of <see cref="Endings"/>.</param>
/// <param name="Usd">What it takes when it has ended by itself.</param>
internal sealed record Job(
    string Id,
    string Shape,
    string Owner,
    string? Mark,
    string Prompt,
    string Model,
    string Size,
    string Seconds,
    bool HasPicture,
    DateTimeOffset CreatedAt,
    DateTimeOffset EndsAt,
    DateTimeOffset VisibleAt,
    string Ending,
    decimal Usd)
{
    /// <summary>Where its end is told to; null where nobody asked for that.</summary>
    public string? Webhook { get; init; }

    /// <summary>What it was asked for with, as JSON, where the protocol gives that back.</summary>
    public string? Input { get; init; }

    /// <summary>When it stops by itself; null where its caller did not say.</summary>
    public DateTimeOffset? Deadline { get; init; }
}

/// <summary>How a job ends; a prompt says it with <c>ending:…</c>.</summary>
internal static class Endings
{
    public const string Finished = "finished", Failed = "failed", FailedFree = "failed_free", FailedCharged = "failed_charged", Rejected = "rejected", Never = "never";
}

/// <summary>What is known of jobs: rebuilt from the log, because nothing else survives.</summary>
internal sealed class Jobs(TimeProvider time, TimeSpan jobTime)
{
    private const decimal UsdPerSecond = 0.10m;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Job> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _cancelled = new(StringComparer.Ordinal);
    private readonly HashSet<string> _deleted = new(StringComparer.Ordinal);
    private readonly HashSet<string> _removed = new(StringComparer.Ordinal);
    private int _count;

    /// <summary>A job that is decided on and not made yet.</summary>
    public Job Draft(string shape, string owner, string? mark, string prompt, string model, string size, string seconds, bool hasPicture)
    {
        var now = time.GetUtcNow();
        var words = PromptWords.Of(prompt);
        var ending = words.Ending ?? Endings.Finished;
        var price = UsdPerSecond * (decimal.TryParse(seconds, CultureInfo.InvariantCulture, out var length) ? length : 4);
        var number = Interlocked.Increment(ref _count);
        return new(
            string.Create(CultureInfo.InvariantCulture, $"{shape}_{number:d6}"),
            shape, owner, mark, prompt, model, size, seconds, hasPicture,
            now,
            ending == Endings.Never ? DateTimeOffset.MaxValue : now + (words.JobTime ?? jobTime),
            now + (words.Hidden ?? TimeSpan.Zero),
            ending,
            ending is Endings.FailedFree or Endings.Rejected ? 0 : price);
    }

    /// <summary>Takes over what a line of the log says.</summary>
    public void Apply(LogLine line)
    {
        lock (_gate)
        {
            if (line.Made is { } made)
            {
                _byId[made.Id] = made;
                _count = Math.Max(_count, int.Parse(made.Id[(made.Id.LastIndexOf('_') + 1)..], CultureInfo.InvariantCulture));
            }

            if (line is { Decided: Decisions.Cancelled, JobId: { } cancelled }) _cancelled.TryAdd(cancelled, line.At);
            if (line is { Decided: Decisions.Removed, JobId: { } removed }) _removed.Add(removed);
            if (line is { Decided: Decisions.Deleted, JobId: { } deleted }) _deleted.Add(deleted);
        }
    }

    public Job? Find(string owner, string id)
    {
        lock (_gate) return _byId.TryGetValue(id, out var job) && job.Owner == owner && !_deleted.Contains(id) ? job : null;
    }

    /// <summary>The job of a caller's key; of several, the last.</summary>
    public Job? FindByMark(string shape, string owner, string mark) => All(shape, owner).LastOrDefault(job => job.Mark == mark && IsVisible(job));

    /// <summary>The jobs of an account, in the order in which they were made.</summary>
    public IReadOnlyList<Job> All(string shape, string owner)
    {
        lock (_gate) return [.. _byId.Values.Where(job => job.Shape == shape && job.Owner == owner && !_deleted.Contains(job.Id)).OrderBy(job => job.Id, StringComparer.Ordinal)];
    }

    public bool IsVisible(Job job) => time.GetUtcNow() >= job.VisibleAt;

    public bool IsRemoved(Job job)
    {
        lock (_gate) return _removed.Contains(job.Id);
    }

    public DateTimeOffset? CancelledAt(Job job)
    {
        lock (_gate) return _cancelled.TryGetValue(job.Id, out var at) ? at : null;
    }

    public bool HasEnded(Job job) => CancelledAt(job) is not null || time.GetUtcNow() >= job.EndsAt;

    /// <summary>0 to 100.</summary>
    public int Percent(Job job) => HasEnded(job) ? 100 : job.EndsAt == DateTimeOffset.MaxValue ? 50
        : (int)Math.Clamp(100 * (time.GetUtcNow() - job.CreatedAt) / (job.EndsAt - job.CreatedAt), 0, 99);
}

/// <summary>Decisions that change what is known.</summary>
internal static class Decisions
{
    public const string Cancelled = "cancelled", Deleted = "deleted";

    /// <summary>What a job made is gone; the job itself is still known.</summary>
    public const string Removed = "removed";
}
