using System.Collections.Concurrent;
using System.Reflection;

namespace VideoGen.Engine;

/// <summary>Makes grain references.</summary>
internal sealed class GrainReferences(EmbeddedEngine engine, GrainCatalog catalog) : IGrainFactory
{
    // References are made for every call, and a copy costs less than another one from DispatchProxy.
    private readonly ConcurrentDictionary<Type, GrainProxy> _unbound = new();

    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey =>
        (TGrainInterface)Create(typeof(TGrainInterface), primaryKey, grainClassNamePrefix);

    public IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey) => (IGrain)Create(grainInterfaceType, grainPrimaryKey, null);

    public TGrainInterface GetGrain<TGrainInterface>(GrainId grainId)
        where TGrainInterface : IAddressable =>
        (TGrainInterface)Create(typeof(TGrainInterface), grainId);

    public object Create(Type grainInterface, GrainId id)
    {
        var unbound = _unbound.GetOrAdd(grainInterface, static type => (GrainProxy)DispatchProxy.Create(type, typeof(GrainProxy)));
        return unbound.To(engine, catalog.ClassOf(id.Type), id);
    }

    private object Create(Type grainInterface, string key, string? prefix)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(key);
        return Create(grainInterface, GrainId.Create(catalog.ImplementationOf(grainInterface, prefix).GrainType, key));
    }
}
