namespace VideoGen.Engine.Conformance.Grains;

public interface ITimerGrain : IGrainWithStringKey
{
    Task Start(TimeSpan due, TimeSpan period, bool interleave = false, bool keepAlive = false, string? gate = null);

    Task StartFailing(TimeSpan period);

    Task StartWithState(string state);

    Task Change(TimeSpan due, TimeSpan period);

    Task Stop();

    Task StopInTick(TimeSpan period);

    Task StartNotingWho();

    Task Busy(string gate);

    Task LeaveAfter(string gate);

    Task<string> StartOffContext();

    Task StartPump(string gate, string? other);

    Task StartPumpThatAsksItself(string gate);

    [AlwaysInterleave]
    Task<string> Word();
}

internal sealed class TimerGrain(Script script, [PersistentState("pump")] IPersistentState<NumberDocument> document) : Grain, ITimerGrain
{
    private IGrainTimer? _timer;

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        script.Note("timer grain deactivated");
        return Task.CompletedTask;
    }

    public Task Start(TimeSpan due, TimeSpan period, bool interleave = false, bool keepAlive = false, string? gate = null)
    {
        _timer = this.RegisterGrainTimer(Tick, new() { DueTime = due, Period = period, Interleave = interleave, KeepAlive = keepAlive });
        return Task.CompletedTask;

        async Task Tick(CancellationToken cancellation)
        {
            script.Note(cancellation.IsCancellationRequested ? "tick of a disposed timer" : "tick");
            if (gate is not null)
                await script.Wait(gate);
            script.Note("tock");
        }
    }

    public Task StartFailing(TimeSpan period)
    {
        _timer = this.RegisterGrainTimer(
            () =>
            {
                script.Note("tick");
                throw new ArithmeticException("in a tick");
            },
            period,
            period);
        return Task.CompletedTask;
    }

    public Task StartWithState(string state)
    {
        _timer = this.RegisterGrainTimer(
            (text, cancellation) =>
            {
                script.Note($"{text} {cancellation.IsCancellationRequested}");
                return Task.CompletedTask;
            },
            state,
            new() { DueTime = TimeSpan.FromSeconds(1), Period = Timeout.InfiniteTimeSpan });
        return Task.CompletedTask;
    }

    public Task Change(TimeSpan due, TimeSpan period)
    {
        _timer!.Change(due, period);
        return Task.CompletedTask;
    }

    public Task Stop()
    {
        _timer!.Dispose();
        return Task.CompletedTask;
    }

    public Task StopInTick(TimeSpan period)
    {
        _timer = this.RegisterGrainTimer(
            () =>
            {
                script.Note("tick");
                _timer!.Dispose();
                return Task.CompletedTask;
            },
            period,
            period);
        return Task.CompletedTask;
    }

    public async Task Busy(string gate)
    {
        script.Note("busy");
        await script.Wait(gate);
        script.Note("free");
    }

    public async Task LeaveAfter(string gate)
    {
        DeactivateOnIdle();
        await Busy(gate);
    }

    public Task StartNotingWho()
    {
        _timer = this.RegisterGrainTimer(
            () =>
            {
                script.Note($"the tick is of {RequestContext.Get("who") ?? "nobody"}");
                return Task.CompletedTask;
            },
            TimeSpan.FromSeconds(1),
            Timeout.InfiniteTimeSpan);
        return Task.CompletedTask;
    }

    public async Task<string> StartOffContext()
    {
        try
        {
            await Task.Run(() => this.RegisterGrainTimer(() => Task.CompletedTask, TimeSpan.Zero, TimeSpan.Zero));
            return "started";
        }
        catch (InvalidOperationException)
        {
            return "refused";
        }
    }

    public Task<string> Word() => Task.FromResult("a word");

    public Task StartPumpThatAsksItself(string gate)
    {
        _timer = this.RegisterGrainTimer(
            async () =>
            {
                await script.Wait(gate);
                try
                {
                    script.Note(await this.AsReference<ITimerGrain>().Word());
                }
                catch (TimeoutException)
                {
                    script.Note("its own call had no answer");
                }
            },
            new() { DueTime = TimeSpan.Zero, Period = Timeout.InfiniteTimeSpan, KeepAlive = true });
        return Task.CompletedTask;
    }

    public Task StartPump(string gate, string? other)
    {
        _timer = this.RegisterGrainTimer(
            async () =>
            {
                script.Note("pump begins");
                await script.Wait(gate);
                if (other is not null)
                    document.State.Word = await KeyOf(other);
                await document.WriteStateAsync();
                script.Note($"pump ends with {document.State.Word}");
            },
            new() { DueTime = TimeSpan.Zero, Period = Timeout.InfiniteTimeSpan, KeepAlive = true });
        return Task.CompletedTask;
    }

    private async Task<string> KeyOf(string other)
    {
        try
        {
            return await GrainFactory.GetGrain<ILifeGrain>(other).Key();
        }
        catch (OrleansException)
        {
            return "its call refused";
        }
    }
}
