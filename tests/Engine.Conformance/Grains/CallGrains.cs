namespace VideoGen.Engine.Conformance.Grains;

public interface ICallGrain : IGrainWithStringKey
{
    Task Stuck(string gate);

    Task<bool> Until(CancellationToken cancellation);

    Task<string?> Ambient(string key);

    Task<string?> AmbientOf(string other, string key);

    Task SetAmbient(string key, string value);

    Task<string?> OtherAmbient();

    Task<int> Sum(int left, int right);

    Task StuckCall(string other, string gate);

    Task AskItself();

    Task<bool> UntilThere(string other, CancellationToken cancellation);
}

internal sealed class CallGrain(Script script) : Grain, ICallGrain
{
    public async Task Stuck(string gate)
    {
        await script.Wait(gate);
        script.Note($"ran on after {gate}");
    }

    public async Task<bool> Until(CancellationToken cancellation)
    {
        var stopped = new TaskCompletionSource();
        await using var registration = cancellation.Register(stopped.SetResult);
        script.Note("watching");
        await script.WaitFor(stopped.Task);
        script.Note("saw the cancellation");
        return cancellation.IsCancellationRequested;
    }

    public Task<string?> Ambient(string key) => Task.FromResult(RequestContext.Get(key) as string);

    public Task<string?> AmbientOf(string other, string key) => GrainFactory.GetGrain<ICallGrain>(other).Ambient(key);

    public Task SetAmbient(string key, string value)
    {
        RequestContext.Set(key, value);
        return Task.CompletedTask;
    }

    public Task<string?> OtherAmbient() => Task.FromResult(AmbientWord.Value);

    public Task<int> Sum(int left, int right) => Task.FromResult(left + right);

    public Task AskItself() => this.AsReference<ICallGrain>().Sum(1, 1);

    public Task<bool> UntilThere(string other, CancellationToken cancellation) => GrainFactory.GetGrain<ICallGrain>(other).Until(cancellation);

    public async Task StuckCall(string other, string gate)
    {
        try
        {
            await GrainFactory.GetGrain<ICallGrain>(other).Stuck(gate);
        }
        catch (TimeoutException)
        {
            script.Note("the grain saw a timeout");
        }
    }
}

public interface ISelfFilteringGrain : IGrainWithStringKey
{
    Task<int> Seven();
}

/// <summary>Stands before its own calls.</summary>
internal sealed class SelfFilteringGrain(Script script) : Grain, ISelfFilteringGrain, IIncomingGrainCallFilter
{
    public Task<int> Seven() => Task.FromResult(7);

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        script.Note($"the grain's own filter: {context.MethodName}");
        await context.Invoke();
        context.Result = (int)context.Result! + 1;
    }
}

/// <summary>Notes calls whose ambient value asks for it; answers some itself.</summary>
public sealed class NotingFilter(Script script) : IIncomingGrainCallFilter
{
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        if (script.Notes.Contains("note every call"))
            script.Note($"filtered {context.MethodName}");
        if (RequestContext.Get("filter") is not string wish)
        {
            await context.Invoke();
            return;
        }

        if (wish == "refuse")
            throw new UnauthorizedAccessException("not for you");
        if (wish == "answer")
        {
            context.Result = 42;
            return;
        }

        script.Note($"before {context.MethodName} of {context.TargetId}");
        await context.Invoke();
        if (wish == "double")
            context.Result = (int)context.Result! * 2;
        script.Note($"after {context.ImplementationMethod.DeclaringType!.Name}.{context.InterfaceMethod.Name}");
    }
}

public static class AmbientWord
{
    private static readonly AsyncLocal<string?> Word = new();

    public static string? Value
    {
        get => Word.Value;
        set => Word.Value = value;
    }
}
