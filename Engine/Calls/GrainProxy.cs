using System.Reflection;

namespace VideoGen.Engine;

/// <summary>A grain reference: an interface whose methods become calls. Two references to one grain are equal.</summary>
internal class GrainProxy : DispatchProxy, IAddressable
{
    public EmbeddedEngine Engine { get; private set; } = null!;

    public GrainId GrainId { get; private set; }

    private GrainClass Class { get; set; } = null!;

    /// <summary>A reference of the same interface to this grain.</summary>
    public GrainProxy To(EmbeddedEngine engine, GrainClass grainClass, GrainId id)
    {
        var reference = (GrainProxy)MemberwiseClone();
        reference.Engine = engine;
        reference.Class = grainClass;
        reference.GrainId = id;
        return reference;
    }

    public override bool Equals(object? obj) => obj is GrainProxy other && other.GrainId == GrainId;

    public override int GetHashCode() => GrainId.GetHashCode();

    public override string ToString() => $"GrainReference:{GrainId}";

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var method = GrainMethod.Of(targetMethod!);
        return Engine.Send(new Call(Engine, GrainId, Class.IsReentrant, method, args ?? []));
    }
}
