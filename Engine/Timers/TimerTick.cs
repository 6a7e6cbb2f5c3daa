using System.Diagnostics;

namespace VideoGen.Engine;

internal sealed class TimerTick(GrainTimer timer) : Request
{
    public override Sharing Sharing => timer.Sharing;

    public override bool IsWanted => !timer.IsDisposed;

    public override bool IsCall => false;

    public override bool KeepsAlive => timer.KeepsAlive;

    public override Task Run(GrainActivation activation)
    {
        return Tick();

        // Async, so that the ambient values set here end with it.
        async Task Tick()
        {
            RequestContext.Clear();
            Activity.Current = null;
            await timer.Tick();
        }
    }

    public override void Refuse(Exception failure)
    {
        // Nobody waits for a tick.
    }
}
