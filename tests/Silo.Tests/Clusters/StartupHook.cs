using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using VideoGen.Grains.Providers;
using VideoGen.Silo.Tests.Clusters;

/// <summary>
/// Puts <see cref="ProviderGate"/> around the provider of a host that was started with this assembly in DOTNET_STARTUP_HOOKS: the runtime
/// calls it before the host's own first line. It hears that a host is being built as test servers do, so the product needs no door for it.
/// </summary>
#pragma warning disable MA0047 // The runtime looks for exactly this name, outside of any namespace.
internal static class StartupHook
#pragma warning restore MA0047
{
    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(ProviderGate.Variable) is { } folder) DiagnosticListener.AllListeners.Subscribe(new Listeners(new(folder)));
    }

    private static void Gate(IServiceCollection services, ProviderGate gate)
    {
        if (!services.Any(service => service.ServiceType == typeof(IVideoProviders))) return; // The dashboard's application, in the same process.
        Replace<IVideoProviders>(services, inner => new GatedProviders(inner, gate));
        Replace<IVideoSaver>(services, inner => new GatedSaver(inner, gate));
    }

    private static void Replace<T>(IServiceCollection services, Func<T, T> gated) where T : class
    {
        var registered = services.Single(service => service.ServiceType == typeof(T));
        services.Remove(registered);
        services.AddSingleton(provider => gated((T)(registered.ImplementationFactory?.Invoke(provider) ?? ActivatorUtilities.CreateInstance(provider, registered.ImplementationType!))));
    }

    private sealed class Listeners(ProviderGate gate) : IObserver<DiagnosticListener>
    {
        public void OnNext(DiagnosticListener value)
        {
            if (value.Name == "Microsoft.Extensions.Hosting") value.Subscribe(new Events(gate));
        }

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }
    }

    private sealed class Events(ProviderGate gate) : IObserver<KeyValuePair<string, object?>>
    {
        public void OnNext(KeyValuePair<string, object?> value)
        {
            if (value is { Key: "HostBuilding", Value: IHostBuilder host }) host.ConfigureServices((_, services) => Gate(services, gate));
        }

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }
    }
}
