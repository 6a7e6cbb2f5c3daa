using System.Reflection;
using System.Runtime.CompilerServices;

namespace VideoGen.Engine;

/// <summary>One method of a grain interface: how it shares the activation, and how it is invoked.</summary>
internal abstract class GrainMethod
{
    private static readonly ConditionalWeakTable<MethodInfo, GrainMethod> Known = [];

    private readonly MethodInvoker _invoker;
    private readonly int _token;

    protected GrainMethod(MethodInfo method)
    {
        Method = method;
        _invoker = MethodInvoker.Create(method);
        _token = Array.FindLastIndex(method.GetParameters(), parameter => parameter.ParameterType == typeof(CancellationToken));
        Sharing = method.IsDefined(typeof(AlwaysInterleaveAttribute)) ? Sharing.Interleaved
            : method.IsDefined(typeof(ReadOnlyAttribute)) ? Sharing.Readers
            : Sharing.Alone;
    }

    public MethodInfo Method { get; }

    public Sharing Sharing { get; }

    public static GrainMethod Of(MethodInfo method) => Known.GetValue(method, Make);

    private static GrainMethod Make(MethodInfo method)
    {
        var returned = method.ReturnType;
        if (returned == typeof(Task))
            return new WithoutResult(method);
        if (returned.IsGenericType && returned.GetGenericTypeDefinition() == typeof(Task<>))
            return (GrainMethod)Activator.CreateInstance(typeof(WithResult<>).MakeGenericType(returned.GetGenericArguments()), method)!;
        throw new OrleansConfigurationException(
            $"{method.DeclaringType}.{method.Name} returns {returned}; a method of a grain interface returns Task or Task<T>.");
    }

    public abstract Reply NewReply();

    public abstract Task<object?> Invoke(object grain, object?[] arguments);

    public CancellationToken TokenAmong(object?[] arguments) => _token >= 0 ? (CancellationToken)arguments[_token]! : default;

    protected Task Begin(object grain, object?[] arguments) => (Task)_invoker.Invoke(grain, arguments.AsSpan())!;

    private sealed class WithoutResult(MethodInfo method) : GrainMethod(method)
    {
        public override Reply NewReply() => new Reply<object?>();

        public override async Task<object?> Invoke(object grain, object?[] arguments)
        {
            await Begin(grain, arguments);
            return null;
        }
    }

    private sealed class WithResult<T>(MethodInfo method) : GrainMethod(method)
    {
        public override Reply NewReply() => new Reply<T>();

        public override async Task<object?> Invoke(object grain, object?[] arguments) => await (Task<T>)Begin(grain, arguments);
    }
}
