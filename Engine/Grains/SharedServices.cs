using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;

namespace VideoGen.Engine;

/// <summary>
/// Which services are the same for everybody. A grain that asks for no others in its constructor can be made without a scope of
/// its own. Whoever is not sure to be shared is not: one that is made anew each time may have to be disposed with the activation.
/// </summary>
internal sealed class SharedServices(IEnumerable<ServiceDescriptor> services)
{
    private readonly Lazy<ILookup<Type, ServiceDescriptor>> _services = new(() => services.ToLookup(service => service.ServiceType));
    private readonly Dictionary<GrainClass, bool> _sufficient = [];

    /// <summary>Whether they are all that a grain of this class asks for.</summary>
    public bool Suffice(GrainClass grains)
    {
        lock (_sufficient)
        {
            if (!_sufficient.TryGetValue(grains, out var suffice))
                _sufficient[grains] = suffice = (grains.States.Count == 0 || Has(typeof(IGrainStorage))) && grains.Services.All(Has);
            return suffice;
        }
    }

    private bool Has(ParameterInfo asked) => !asked.IsDefined(typeof(FromKeyedServicesAttribute)) && Has(asked.ParameterType);

    private bool Has(Type asked)
    {
        var offered = _services.Value[asked];
        if (!offered.Any() && asked.IsConstructedGenericType)
            offered = _services.Value[asked.GetGenericTypeDefinition()];
        return offered.Any() && offered.All(service => service.Lifetime == ServiceLifetime.Singleton);
    }
}
