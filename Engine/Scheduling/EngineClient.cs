namespace VideoGen.Engine;

/// <summary>
/// Turns for code that is not a grain but must be scheduled with them: the engine's own services,
/// and the clients of a simulation. Its calls count as calls from outside.
/// </summary>
public sealed class EngineClient : Activation
{
    private readonly string _name;

    internal EngineClient(ActivationScheduler scheduler, string name)
        : base(scheduler) => _name = name;

    /// <summary>Runs work on this client's turns; it comes back to them after each await.</summary>
    public Task Run(Func<Task> work)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(_ => _ = Follow());
        return done.Task;

        async Task Follow()
        {
            try
            {
                await work();
                done.TrySetResult();
            }
            catch (Exception failure)
            {
                done.TrySetException(failure);
            }
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"client {_name}";
}
