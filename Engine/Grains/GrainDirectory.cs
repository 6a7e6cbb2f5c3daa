using System.Collections.Concurrent;

namespace VideoGen.Engine;

/// <summary>Which activation lives for which grain: at most one per grain id in a process.</summary>
internal sealed class GrainDirectory(EmbeddedEngine engine, GrainCatalog catalog)
{
    private readonly ConcurrentDictionary<GrainId, GrainActivation> _activations = new();

    public int Count => _activations.Count;

    public bool Has(GrainId id) => _activations.ContainsKey(id);

    /// <summary>In the order of creation, so that a run can be repeated.</summary>
    public List<GrainActivation> All()
    {
        List<GrainActivation> all = [.. _activations.Values];
        all.Sort((left, right) => left.Number.CompareTo(right.Number));
        return all;
    }

    public void Deliver(Request request)
    {
        // Only calls are delivered by name; a tick belongs to the activation that made its timer.
        if (request is not Call { Target: var id } || !request.IsWanted)
            return;
        while (!ActivationOf(id).TryReceive(request))
        {
            if (_activations.TryGetValue(id, out var gone))
                RemoveIfGone(gone);
        }
    }

    public void Remove(GrainActivation activation) => _activations.TryRemove(new(activation.GrainId, activation));

    private GrainActivation ActivationOf(GrainId id) =>
        _activations.TryGetValue(id, out var known)
            ? known
            : _activations.GetOrAdd(id, id => new GrainActivation(engine, this, catalog.ClassOf(id.Type), id));

    private void RemoveIfGone(GrainActivation activation)
    {
        if (activation.IsGone)
            Remove(activation);
    }
}
