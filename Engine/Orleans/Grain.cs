using System.Diagnostics.CodeAnalysis;
using VideoGen.Engine;

namespace Orleans;

public abstract class Grain : IGrainBase, IAddressable
{
    protected Grain()
    {
        // A grain that a unit test makes by hand has no context, as on Orleans.
        GrainContext = Activation.Current as GrainActivation;
    }

    [AllowNull]
    public IGrainContext GrainContext { get; private set; }

    public string IdentityString => GrainContext.GrainId.ToString();

    protected IGrainFactory GrainFactory => OnTurn().Engine.Grains;

    protected internal IServiceProvider ServiceProvider => OnTurn().ActivationServices;

    public virtual Task OnActivateAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public virtual Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => Task.CompletedTask;

    protected void DeactivateOnIdle()
    {
        OnTurn();
        GrainBaseExtensions.DeactivateOnIdle(this);
    }

    protected void DelayDeactivation(TimeSpan timeSpan) => OnTurn().DelayDeactivation(timeSpan);

    private GrainActivation OnTurn() => GrainActivation.Of(this);
}
