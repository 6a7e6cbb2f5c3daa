namespace VideoGen.Engine;

/// <summary>Tells the services of an activation's scope whose they are.</summary>
internal sealed class ScopedContext
{
    public GrainActivation? Activation { get; set; }
}
