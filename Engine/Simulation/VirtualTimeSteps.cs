namespace VideoGen.Engine.Simulation;

/// <summary>Moves virtual time together with the engine that lives in it.</summary>
public static class VirtualTimeSteps
{
    /// <summary>
    /// Advances from one due time to the next and lets the engine come to rest at each, so that timers which
    /// are armed again after a tick, and work that starts timers of its own, happen when they would have.
    /// </summary>
    /// <remarks>Never comes to its end while something in the engine is busy without end, or waits for real time.</remarks>
    public static async Task Advance(this EmbeddedEngine engine, VirtualTimeProvider clock, TimeSpan span)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(clock);
        var end = clock.GetUtcNow() + span;
        await engine.WhenIdle();
        while (clock.NextDue is { } due && due <= end)
        {
            clock.AdvanceTo(due > clock.GetUtcNow() ? due : clock.GetUtcNow());
            await engine.WhenIdle();
        }

        clock.AdvanceTo(end);
        await engine.WhenIdle();
    }
}
