using System.Reflection;

namespace VideoGen.Engine;

/// <summary>A call on its way through the filters: those of the host in order, then the grain's own.</summary>
internal sealed class FilteredCall(Call call, GrainActivation activation, IReadOnlyList<IIncomingGrainCallFilter> filters)
    : IIncomingGrainCallContext
{
    private int _stage;

    public object Grain => activation.GrainInstance!;

    public GrainId? SourceId => call.Source;

    public GrainId TargetId => call.Target;

    public IGrainContext TargetContext => activation;

    public string InterfaceName => InterfaceMethod.DeclaringType!.FullName!;

    public string MethodName => InterfaceMethod.Name;

    public MethodInfo InterfaceMethod => call.Method.Method;

    public MethodInfo ImplementationMethod
    {
        get
        {
            var map = Grain.GetType().GetInterfaceMap(InterfaceMethod.DeclaringType!);
            return map.TargetMethods[Array.IndexOf(map.InterfaceMethods, InterfaceMethod)];
        }
    }

    public object? Result { get; set; }

    public async Task<object?> Run()
    {
        await Invoke();
        return Result;
    }

    public async Task Invoke()
    {
        var stage = _stage++;
        if (stage < filters.Count)
            await filters[stage].Invoke(this);
        else if (stage == filters.Count && Grain is IIncomingGrainCallFilter own)
            await own.Invoke(this);
        else
            Result = await call.Method.Invoke(Grain, call.Arguments);
    }
}
