using System.Diagnostics;

namespace VideoGen.Engine;

internal sealed class TimerTick(GrainTimer timer) : Request
{
    public override Sharing Sharing => timer.Sharing;

    /// <summary>Also where its timer was disposed of meanwhile, as on Orleans: it runs with its token cancelled, and is the last one.</summary>
    public override bool IsWanted => true;

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
