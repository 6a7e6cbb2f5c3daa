namespace VideoGen.Engine.Conformance.Grains;

public interface ILifeGrain : IGrainWithStringKey
{
    Task<string> Key();

    Task<string> Identity();

    Task Fail(string message);

    Task Wait(string gate);

    Task LeaveAfter(string gate);

    Task StartLongTick(string gate, bool keepAlive);

    Task<bool> ScopeIsOpen();

    Task<string> CallOther(string key);

    Task<string> CallSelfByReference();
}

/// <summary>Notes when it comes and goes.</summary>
internal sealed class LifeGrain(Script script, IGrainContext context, ScopedThing scoped) : Grain, ILifeGrain
{
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        script.Note("activating");
        script.ThrowIfBroken("activate");
        if (script.Notes.Contains("hold activation"))
            await script.Wait("activate");
        if (script.Count("leave at once") > script.Count("activated"))
            DeactivateOnIdle();
        script.Note("activated");
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        script.Note($"deactivating {reason.ReasonCode}");
        if (script.Notes.Contains("hold deactivation"))
            await script.Wait("deactivate");
        script.ThrowIfBroken("deactivate");
        script.Note("deactivated");
    }

    public Task<string> Key() => Task.FromResult(this.GetPrimaryKeyString());

    public Task<string> Identity() => Task.FromResult(context.GrainId == GrainContext.GrainId ? IdentityString : "?");

    public Task Fail(string message) => throw new ArithmeticException(message);

    public Task Wait(string gate) => script.Wait(gate);

    public async Task LeaveAfter(string gate)
    {
        DeactivateOnIdle();
        await script.Wait(gate);
        script.Note("left");
    }

    public Task StartLongTick(string gate, bool keepAlive)
    {
        this.RegisterGrainTimer(
            async () =>
            {
                script.Note("tick begins");
                DeactivateOnIdle();
                await script.Wait(gate);
                script.Note("tick ends");
            },
            new() { DueTime = TimeSpan.Zero, Period = Timeout.InfiniteTimeSpan, KeepAlive = keepAlive });
        return Task.CompletedTask;
    }

    public Task<bool> ScopeIsOpen() => Task.FromResult(!scoped.IsDisposed && scoped == ServiceProvider.GetService(typeof(ScopedThing)));

    public Task<string> CallOther(string key) => GrainFactory.GetGrain<ILifeGrain>(key).Key();

    public Task<string> CallSelfByReference() => Task.FromResult(this.AsReference<ILifeGrain>().GetPrimaryKeyString());
}

public interface IThriftyGrain : IGrainWithStringKey
{
    Task Begin();

    Task<bool> FindsItself();

    Task<bool> FindsOneThing();
}

/// <summary>Its constructor asks for nothing that is its own.</summary>
internal sealed class ThriftyGrain(Script script) : Grain, IThriftyGrain
{
    public Task Begin()
    {
        script.Note("began");
        return Task.CompletedTask;
    }

    public Task<bool> FindsItself() => Task.FromResult(ServiceProvider.GetService(typeof(IGrainContext)) == GrainContext);

    public Task<bool> FindsOneThing()
    {
        var thing = ServiceProvider.GetService(typeof(ScopedThing)) as ScopedThing;
        return Task.FromResult(thing is { IsDisposed: false } && thing == ServiceProvider.GetService(typeof(ScopedThing)));
    }
}

public sealed class ScopedThing(Script script) : IDisposable
{
    public bool IsDisposed { get; private set; }

    public void Dispose()
    {
        IsDisposed = true;
        script.Note("scope closed");
    }
}
