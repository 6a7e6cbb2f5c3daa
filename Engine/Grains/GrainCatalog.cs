using System.Reflection;

namespace VideoGen.Engine;

/// <summary>All grain classes of a host. Refuses at start what would lose data later.</summary>
internal sealed class GrainCatalog
{
    private readonly Dictionary<GrainType, GrainClass> _byType = [];
    private readonly Dictionary<Type, List<GrainClass>> _byInterface = [];

    public GrainCatalog(IEnumerable<Type> types)
    {
        foreach (var type in types.Distinct().OrderBy(type => type.FullName, StringComparer.Ordinal))
            Add(GrainClass.Of(type));
        RefuseSharedStateNames();
    }

    public GrainClass ClassOf(GrainType type) =>
        _byType.TryGetValue(type, out var known)
            ? known
            : throw new ArgumentException($"There is no grain class of type \"{type}\". Was its assembly given to AddGrainsFrom?", nameof(type));

    public bool Knows(GrainType type) => _byType.ContainsKey(type);

    public GrainClass ImplementationOf(Type grainInterface, string? prefix)
    {
        var found = _byInterface.GetValueOrDefault(grainInterface) ?? [];
        if (!string.IsNullOrEmpty(prefix))
            found = [.. found.Where(candidate => candidate.Type.FullName!.StartsWith(prefix, StringComparison.Ordinal))];
        if (found.Count > 1 && found.Find(candidate => "I" + candidate.Type.Name == grainInterface.Name) is { } namesake)
            return namesake;
        return found.Count switch
        {
            1 => found[0],
            0 => throw new ArgumentException($"No grain class implements {grainInterface}. Was its assembly given to AddGrainsFrom?", nameof(grainInterface)),
            _ => throw new ArgumentException($"Several grain classes implement {grainInterface}: {string.Join(", ", found.Select(candidate => candidate.Type))}.", nameof(grainInterface)),
        };
    }

    private void Add(GrainClass added)
    {
        if (!_byType.TryAdd(added.GrainType, added))
        {
            throw new OrleansConfigurationException(
                $"Grain type \"{added.GrainType}\" belongs to {_byType[added.GrainType].Type} and {added.Type}; name one with [GrainType].");
        }

        foreach (var grainInterface in added.Interfaces)
        {
            if (!_byInterface.TryGetValue(grainInterface, out var implementations))
                _byInterface[grainInterface] = implementations = [];
            implementations.Add(added);
            // A method that cannot be called is refused now, not by its first caller.
            foreach (var method in grainInterface.GetMethods().Where(method => method.IsAbstract))
                GrainMethod.Of(method);
        }
    }

    /// <summary>Rows are kept by state name and key: two classes with one name would overwrite each other's.</summary>
    private void RefuseSharedStateNames()
    {
        var shared = _byType.Values
            .SelectMany(grainClass => grainClass.States.Select(state => (state.Name, Class: grainClass)))
            .GroupBy(state => state.Name, StringComparer.Ordinal)
            .FirstOrDefault(states => states.Count() > 1);
        if (shared is not null)
        {
            var classes = string.Join(" and ", shared.Select(state => state.Class.Type.FullName).Order(StringComparer.Ordinal));
            throw new OrleansConfigurationException($"State name \"{shared.Key}\" is used by {classes}; every state name belongs to one grain class.");
        }
    }
}
