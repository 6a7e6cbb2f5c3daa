using System.Runtime.CompilerServices;
using Orleans.Runtime.Messaging;

namespace VideoGen.Gateway.Tests;

public sealed partial class ClusterFailureTests
{
    /// <summary>How Orleans's client says that a call did not come to its end.</summary>
    private static Dictionary<string, Func<Exception>> OfOrleans() => new(StringComparer.Ordinal)
    {
        ["no silo"] = () => new SiloUnavailableException("The target silo became unavailable for message: a prompt"),
        ["rejected"] = () => Made<OrleansMessageRejectionException>(),
        ["no connection"] = () => new ConnectionFailedException("Unable to connect to S127.0.0.1:30000:0"),
        ["too busy"] = () => new GatewayTooBusyException("Gateway too busy"),
        ["client gone"] = () => Made<ClientNotAvailableException>(),
        ["wrapped"] = () => new OrleansException("Forwarding failed", new IOException("secret inner text")),
        ["document moved"] = () => new Orleans.Storage.InconsistentStateException("Version conflict"),
    };

    // Orleans alone makes them. Their constructors without arguments are public, where they have such.
    private static T Made<T>() where T : Exception => (T)RuntimeHelpers.GetUninitializedObject(typeof(T));
}
