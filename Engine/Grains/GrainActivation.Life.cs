using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace VideoGen.Engine;

internal sealed partial class GrainActivation
{
    private static readonly TaskCompletionSource Left = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private IServiceScope? _scope;
    private bool _isScopeOver;

    /// <summary>Made when something asks for it: a grain that needs only what all share costs less without.</summary>
    public IServiceProvider ActivationServices
    {
        get
        {
            lock (Gate)
            {
                if (_scope is null)
                {
                    _scope = Engine.Services.CreateScope();
                    _scope.ServiceProvider.GetRequiredService<ScopedContext>().Activation = this;
                    if (_isScopeOver)
                        _scope.Dispose(); // It says what one says that was open until then.
                }

                return _scope.ServiceProvider;
            }
        }
    }

    /// <summary>The beginning of an activation's life, on its own turns. Nothing of it stays while the activation serves.</summary>
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

        bool isOver;
        lock (Gate)
        {
            _stage = Stage.Serving;
            Touch();
            PostStart();
            isOver = TryBeginEnd();
        }

        // In the turn of its last step, where it was told to go before it served. Orleans says no goodbye to such a one.
        if (isOver)
            await PassOn();
    }

    private async Task End()
    {
        RequestContext.Clear();
        Activity.Current = null;
        await SayGoodbye();
        await PassOn();
    }

    private async Task PassOn()
    {
        // What still waits begins anew with the next activation.
        await Leave(requests => requests.ForEach(_directory.Deliver));
    }

    private async Task Activate()
    {
        var (grain, states) = _class.Create(this, Engine.Shared.Suffice(_class) ? Engine.Services : ActivationServices);
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
        lock (Gate)
            timers = _timers.ToList();
        timers.ForEach(timer => timer.Dispose());
    }

    private async Task Leave(Action<List<Request>> passOn)
    {
        StopTimers();
        await DisposeGrain();
        List<Request> left;
        lock (Gate)
        {
            _stage = Stage.Gone;
            left = _inbox.TakeAll();
        }

        _directory.Remove(this);
        passOn(left);
        LazyInitializer.EnsureInitialized(ref _deactivated, static () => Left).TrySetResult();
    }

    private async Task DisposeGrain()
    {
        try
        {
            await Dispose(GrainInstance);
            await Dispose(CloseScope());
        }
        catch (Exception failure)
        {
            LogDeactivationFailed(Log, failure, GrainId);
        }
    }

    private IServiceScope? CloseScope()
    {
        lock (Gate)
        {
            _isScopeOver = true;
            return _scope;
        }
    }

    private static async ValueTask Dispose(object? ended)
    {
        if (ended is IAsyncDisposable asynchronous)
            await asynchronous.DisposeAsync();
        else
            (ended as IDisposable)?.Dispose();
    }
}
