using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Providers;
using Orleans.Storage;

namespace VideoGen.Engine;

/// <summary>A constructor parameter with [PersistentState]: the name, the document's type and the storage.</summary>
internal sealed class GrainStateSlot
{
    private readonly string? _storageName;
    private readonly ConstructorInfo _bridge;

    private GrainStateSlot(string name, string? storageName, Type parameterType, Type documentType)
    {
        Name = name;
        ParameterType = parameterType;
        _storageName = storageName;
        _bridge = typeof(StateBridge<>).MakeGenericType(documentType).GetConstructors().Single();
    }

    public string Name { get; }

    public Type ParameterType { get; }

    public static GrainStateSlot Of(ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        if (!type.IsGenericType || type.GetGenericTypeDefinition() != typeof(IPersistentState<>))
            throw new OrleansConfigurationException($"Parameter {parameter.Name} of {parameter.Member.DeclaringType} has [PersistentState] but is not an IPersistentState<T>.");
        var document = type.GetGenericArguments()[0];
        if (document.IsAbstract || document.GetConstructor(Type.EmptyTypes) is null)
            throw new OrleansConfigurationException($"{document}, the state of {parameter.Member.DeclaringType}, needs a public constructor without parameters: a grain without a row starts from it.");
        var attribute = parameter.GetCustomAttribute<PersistentStateAttribute>()!;
        return new(string.IsNullOrEmpty(attribute.StateName) ? parameter.Name! : attribute.StateName, attribute.StorageName, type, document);
    }

    public IStateBridge Open(GrainActivation activation, IServiceProvider services) =>
        (IStateBridge)_bridge.Invoke([activation, Name, StorageOf(services)]);

    private IGrainStorage StorageOf(IServiceProvider services)
    {
        var storage = string.IsNullOrEmpty(_storageName)
            ? services.GetService<IGrainStorage>() ?? services.GetKeyedService<IGrainStorage>(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME)
            : services.GetKeyedService<IGrainStorage>(_storageName);
        return storage ?? throw new BadProviderConfigException(
            string.IsNullOrEmpty(_storageName) ? "There is no default grain storage." : $"There is no grain storage named \"{_storageName}\".");
    }
}
