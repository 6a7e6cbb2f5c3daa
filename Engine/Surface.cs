// Placeholder of the engine's surface, so that the contract compiles while the engine is built.
namespace Orleans
{
    public interface IAddressable;
    public interface IGrain : IAddressable;
    public interface IGrainWithStringKey : IGrain;
    [AttributeUsage(AttributeTargets.All)] public sealed class GenerateSerializerAttribute : Attribute;
    [AttributeUsage(AttributeTargets.All)] public sealed class ImmutableAttribute : Attribute;
    [AttributeUsage(AttributeTargets.All)] public sealed class IdAttribute(uint id) : Attribute { public uint Id { get; } = id; }
    [AttributeUsage(AttributeTargets.All, AllowMultiple = true)] public sealed class AliasAttribute(string alias) : Attribute { public string Alias { get; } = alias; }
}
namespace Orleans.Concurrency { [AttributeUsage(AttributeTargets.All)] public sealed class AlwaysInterleaveAttribute : Attribute; }
namespace Orleans.Runtime { internal sealed class Placeholder; }
namespace Orleans.Hosting { internal sealed class Placeholder; }
