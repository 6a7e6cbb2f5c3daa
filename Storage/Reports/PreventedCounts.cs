using System.Diagnostics.CodeAnalysis;
using VideoGen.Access;
using VideoGen.Reports;

namespace VideoGen.Storage.Reports;

/// <summary>
/// Counts in memory, and the one batch of them that is on its way to the database. A batch is closed before it is sent and
/// keeps its number until it is known to be written: sent twice it counts once. Safe to use from any thread.
/// </summary>
internal sealed class PreventedCounts
{
    /// <summary>The most different sums that are kept apart; beyond, clients are counted together.</summary>
    public const int MaxKeys = 4_096;

    /// <summary>All clients beyond the bound. No client has this name: a star is not in their alphabet.</summary>
    public const string OtherClients = "*";

    private readonly Lock guard = new();
    private Dictionary<PreventedKey, PreventedSum> open = [];
    private PreventedBatch? closed;
    private long sequence;

    public void Add(DateOnly day, Owner owner, string model, PreventedKind kind, decimal usd)
    {
        lock (guard)
        {
            var key = new PreventedKey(day, owner.Client, owner.User, model, kind);
            if (open.Count >= MaxKeys && !open.ContainsKey(key)) key = new(day, OtherClients, "", "", kind);
            var sum = open.GetValueOrDefault(key);
            open[key] = new(sum.Count + 1, sum.Usd + usd);
        }
    }

    /// <summary>The batch to send: the one whose answer is missing, else all that was counted since. False when there is nothing.</summary>
    public bool TryClose([NotNullWhen(true)] out PreventedBatch? batch)
    {
        lock (guard)
        {
            if (closed is null && open.Count > 0)
            {
                closed = new(++sequence, open);
                open = [];
            }

            batch = closed;
            return batch is not null;
        }
    }

    /// <summary>The batch is in the database.</summary>
    public void Written(PreventedBatch batch)
    {
        lock (guard)
        {
            if (closed == batch) closed = null;
        }
    }
}

internal readonly record struct PreventedKey(DateOnly Day, string Client, string User, string Model, PreventedKind Kind);

internal readonly record struct PreventedSum(long Count, decimal Usd);

internal sealed class PreventedBatch(long sequence, IReadOnlyDictionary<PreventedKey, PreventedSum> sums)
{
    public long Sequence => sequence;

    public IReadOnlyDictionary<PreventedKey, PreventedSum> Sums => sums;
}
