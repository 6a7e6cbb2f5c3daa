using System.Reflection;

namespace VideoGen.Engine;

/// <summary>A grain reference: an interface whose methods become calls. Two references to one grain are equal.</summary>
internal class GrainProxy : DispatchProxy, IAddressable
{
    public EmbeddedEngine Engine { get; private set; } = null!;

    public GrainId GrainId { get; private set; }

    private GrainClass Class { get; set; } = null!;

    public void Bind(EmbeddedEngine engine, GrainClass grainClass, GrainId id)
    {
        Engine = engine;
        Class = grainClass;
        GrainId = id;
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
