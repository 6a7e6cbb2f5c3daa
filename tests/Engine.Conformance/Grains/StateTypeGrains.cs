namespace VideoGen.Engine.Conformance.StateTypes;

public interface IAbstractStateGrain : IGrainWithStringKey
{
    Task<string> Describe();
}

public interface IPositionalStateGrain : IGrainWithStringKey
{
    Task<string> Describe();
}

public abstract record Shape
{
    public sealed record Circle(int Radius) : Shape;
}

public sealed record Couple(string Left, string Right);

internal sealed class AbstractStateGrain([PersistentState("shape", "rowless")] IPersistentState<Shape> shape) : Grain, IAbstractStateGrain
{
    public Task<string> Describe() => Task.FromResult(shape.State.ToString());
}

internal sealed class PositionalStateGrain([PersistentState("couple", "rowless")] IPersistentState<Couple> couple) : Grain, IPositionalStateGrain
{
    public Task<string> Describe() => Task.FromResult($"{couple.State.Left ?? "null"} and {couple.State.Right ?? "null"}");
}
