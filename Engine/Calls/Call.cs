using System.Collections.Immutable;
using System.Diagnostics;
using Orleans.Storage;

namespace VideoGen.Engine;

/// <summary>One call of one grain: what is asked, by whom, and the answer that somebody may still wait for.</summary>
internal sealed class Call : Request, IDisposable
{
    private readonly EmbeddedEngine _engine;
    private readonly Reply _reply;
    private readonly ImmutableDictionary<string, object> _ambient = RequestContext.Current;
    private readonly Activity? _activity = Activity.Current;
    private readonly bool _isReentrant;
    private ITimer? _deadline;
    private CancellationTokenRegistration _cancellation;

    public Call(EmbeddedEngine engine, GrainId target, bool isReentrant, GrainMethod method, object?[] arguments)
    {
        _engine = engine;
        _isReentrant = isReentrant;
        _reply = method.NewReply();
        Target = target;
        Method = method;
        Arguments = arguments;
        Source = (Activation.Current as GrainActivation)?.GrainId;
    }

    public GrainId Target { get; }

    public GrainMethod Method { get; }

    public object?[] Arguments { get; }

    public GrainId? Source { get; }

    public Task Answer => _reply.Task;

    public override Sharing Sharing => _isReentrant ? Sharing.Interleaved : Method.Sharing;

    public override bool IsWanted => !_reply.IsOver;

    public override bool IsCall => true;

    public override bool KeepsAlive => true;

    /// <summary>
    /// From now on the caller gets its answer in time, or an exception: the method itself is not stopped,
    /// so what a timeout or a cancellation left undone is unknown.
    /// </summary>
    public void Arm(TimeSpan timeout)
    {
        var token = Method.TokenAmong(Arguments);
        if (token.CanBeCanceled)
            _cancellation = token.UnsafeRegister(static (call, token) => ((Call)call!).Finish(new OperationCanceledException(token)), this);
        if (IsWanted)
            _deadline = _engine.Time.CreateQuietTimer(static call => ((Call)call!).Expire(), this, timeout);
    }

    public override async Task Run(GrainActivation activation)
    {
        RequestContext.Current = _ambient;
        Activity.Current = _activity;
        try
        {
            var grain = activation.GrainInstance!;
            var result = _engine.Filters.Count == 0 && grain is not IIncomingGrainCallFilter
                ? await Method.Invoke(grain, Arguments)
                : await new FilteredCall(this, activation, _engine.Filters).Run();
            activation.AssertCurrent();
            if (_reply.Succeed(result))
                Dispose();
        }
        catch (Exception failure)
        {
            if (failure is InconsistentStateException { IsSourceActivation: true } race)
            {
                // What this activation holds is not what is stored: the next call starts from the row.
                race.IsSourceActivation = false;
                activation.Deactivate(new(DeactivationReasonCode.ApplicationError, race, "The state was changed by another."));
            }

            Finish(failure);
        }
    }

    public override void Refuse(Exception failure) => Finish(failure);

    public void Dispose()
    {
        _deadline?.Dispose();
        _cancellation.Dispose();
    }

    public override string ToString() => $"{Target}.{Method.Method.Name}";

    private void Expire()
    {
        var timeout = _engine.Options.CallTimeout;
        Finish(new TimeoutException($"The call {this} had no answer within {timeout}. It may still be running, or wait to be run."));
    }

    private void Finish(Exception failure)
    {
        if (_reply.Fail(failure))
            Dispose();
    }
}
