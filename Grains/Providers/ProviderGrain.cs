using VideoGen.Access;
using VideoGen.Grains.Persistence;
using VideoGen.Providers;

namespace VideoGen.Grains.Providers;

/// <summary>The shell around one <see cref="ProviderLine"/>.</summary>
[GrainType(GrainNames.Provider)]
internal sealed class ProviderGrain(IVideoProviders providers, TimeProvider time) : Grain, IProviderGrain
{
    private ProviderLine line = ProviderLine.Empty;

    public Task<SlotAnswer> Acquire(Slot slot, Owner owner)
    {
        var traits = providers.Find(ProviderKey.AccountOf(this.GetPrimaryKeyString()))?.Traits;
        (line, var answer) = line.Acquire(slot, owner, traits?.Slots, traits?.SubmitsPerMinute, time.Now());
        return Task.FromResult(answer);
    }

    public Task Heard(Slot slot, CallReport report)
    {
        line = line.Heard(slot, report, time.Now());
        return Task.CompletedTask;
    }
}
