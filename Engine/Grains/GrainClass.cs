using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;

namespace VideoGen.Engine;

/// <summary>A class of grains: its name, its interfaces, its states, and how one is made.</summary>
internal sealed class GrainClass
{
    // Reflection and a compiled factory: once for a class, however many engines (a simulation starts thousands) run it.
    private static readonly ConditionalWeakTable<Type, GrainClass> Known = [];

    private readonly ObjectFactory _make;

    private GrainClass(Type type)
    {
        Type = type;
        GrainType = NameOf(type);
        IsReentrant = type.IsDefined(typeof(ReentrantAttribute), inherit: true);
        Interfaces = [.. type.GetInterfaces().Where(IsGrainInterface)];
        var constructor = ConstructorOf(type);
        var isState = constructor.GetParameters().ToLookup(parameter => parameter.IsDefined(typeof(PersistentStateAttribute)));
        States = [.. isState[true].Select(GrainStateSlot.Of)];
        Services = [.. isState[false]];
        _make = ActivatorUtilities.CreateFactory(type, [.. States.Select(state => state.ParameterType)]);
    }

    public Type Type { get; }

    public GrainType GrainType { get; }

    public bool IsReentrant { get; }

    public IReadOnlyList<Type> Interfaces { get; }

    public IReadOnlyList<GrainStateSlot> States { get; }

    /// <summary>What its constructor asks for beside its states.</summary>
    public IReadOnlyList<ParameterInfo> Services { get; }

    public static GrainClass Of(Type type) => Known.GetValue(type, static type => new(type));

    public static bool IsGrainClass(Type type) =>
        type is { IsClass: true, IsAbstract: false, ContainsGenericParameters: false } && type.IsAssignableTo(typeof(IGrainBase))
        && type.GetInterfaces().Any(IsGrainInterface);

    public (object Grain, IReadOnlyList<IStateBridge> States) Create(GrainActivation activation, IServiceProvider services)
    {
        IStateBridge[] states = [.. States.Select(state => state.Open(activation, services))];
        return (_make(services, states), states);
    }

    private static bool IsGrainInterface(Type type) =>
        type.IsAssignableTo(typeof(IGrain)) && type != typeof(IGrain) && type != typeof(IGrainWithStringKey);

    private static ConstructorInfo ConstructorOf(Type type)
    {
        var constructors = type.GetConstructors();
        return constructors.SingleOrDefault(constructor => constructor.IsDefined(typeof(ActivatorUtilitiesConstructorAttribute)))
            ?? constructors.MaxBy(constructor => constructor.GetParameters().Length)
            ?? throw new OrleansConfigurationException($"{type} has no public constructor.");
    }

    /// <summary>The word in [GrainType], or the class's name in lower case without "Grain".</summary>
    private static GrainType NameOf(Type type)
    {
        if (type.GetCustomAttribute<GrainTypeAttribute>(inherit: false) is { } named)
            return named.GetGrainType(null!, type);
        const string Suffix = "grain";
        var name = type.Name.ToLowerInvariant();
        return GrainType.Create(name.Length > Suffix.Length && name.EndsWith(Suffix, StringComparison.Ordinal) ? name[..^Suffix.Length] : name);
    }
}
