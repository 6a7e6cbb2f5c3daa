using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace VideoGen.Engine;

internal sealed partial class GrainActivation
{
    private AsyncServiceScope? _scope;

    /// <summary>The whole life of an activation, on its own turns.</summary>
    private async Task Live()
    {
        RequestContext.Clear();
        Activity.Current = null;
        try
        {
            await Activate();
        }
        catch (Exception failure)
        {
            LogActivationFailed(Log, failure, GrainId);
            await Leave(requests => requests.ForEach(request => request.Refuse(failure)));
            return;
        }

        bool hasServed;
        lock (_gate)
        {
            hasServed = _ending is null || IsShuttingDown;
            _stage = Stage.Serving;
            Touch();
            PostStart();
            EndIfQuiet();
        }

        await _quiet.Task;
        // Who left during its activation was never there: Orleans says no goodbye to it.
        if (hasServed)
            await SayGoodbye();
        // What still waits begins anew with the next activation.
        await Leave(requests => requests.ForEach(_directory.Deliver));
    }

    private async Task Activate()
    {
        var scope = Engine.Services.CreateAsyncScope();
        _scope = scope;
        scope.ServiceProvider.GetRequiredService<ScopedContext>().Activation = this;
        var (grain, states) = _class.Create(this, scope.ServiceProvider);
        GrainInstance = grain;
        foreach (var state in states)
            await state.Load();

        await InTime(((IGrainBase)grain).OnActivateAsync);
        AssertCurrent();
    }

    private async Task SayGoodbye()
    {
        StopTimers();
        try
        {
            await InTime(cancellation => ((IGrainBase)GrainInstance!).OnDeactivateAsync(_ending!.Value, cancellation));
        }
        catch (Exception failure)
        {
            LogDeactivationFailed(Log, failure, GrainId);
        }
    }

    private async Task InTime(Func<CancellationToken, Task> step)
    {
        using var timeout = new CancellationTokenSource(Engine.Options.CallTimeout, Engine.Time);
        try
        {
            await step(timeout.Token).WaitAsync(timeout.Token);
        }
        catch (OperationCanceledException late) when (timeout.IsCancellationRequested)
        {
            throw new TimeoutException($"{this} did not come to its first or last turn within {Engine.Options.CallTimeout}.", late);
        }
    }

    private void StopTimers()
    {
        List<GrainTimer> timers;
        lock (_gate)
            timers = [.. _timers];
        timers.ForEach(timer => timer.Dispose());
    }

    private async Task Leave(Action<List<Request>> passOn)
    {
        StopTimers();
        await DisposeGrain();
        List<Request> left;
        lock (_gate)
        {
            _stage = Stage.Gone;
            left = _inbox.TakeAll();
        }

        _directory.Remove(this);
        passOn(left);
        _deactivated.TrySetResult();
    }

    private async Task DisposeGrain()
    {
        try
        {
            if (GrainInstance is IAsyncDisposable asynchronous)
                await asynchronous.DisposeAsync();
            else
                (GrainInstance as IDisposable)?.Dispose();
            if (_scope is { } scope)
                await scope.DisposeAsync();
        }
        catch (Exception failure)
        {
            LogDeactivationFailed(Log, failure, GrainId);
        }
    }
}
