using VideoGen.Access;
using VideoGen.Grains.Persistence;
using VideoGen.Providers;
using VideoGen.Requests;
using VideoGen.Storage;

namespace VideoGen.Grains.Providers;

/// <summary>The shell around one <see cref="ProviderLine"/>.</summary>
[GrainType(GrainNames.Provider)]
internal sealed class ProviderGrain(IVideoProviders providers, IInstallation installation, TimeProvider time) : Grain, IProviderGrain
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

    public Task<ProviderLook> Look()
    {
        var account = ProviderKey.AccountOf(this.GetPrimaryKeyString());
        return Task.FromResult(line.Look(providers.StandingOf(account), providers.Find(account)?.Traits, time.Now()));
    }

    public async Task<CallbackVerdict> CalledBack(ProviderCallback callback)
    {
        var account = ProviderKey.AccountOf(this.GetPrimaryKeyString());
        switch (providers.Find(account)?.Hear(callback))
        {
            case CallbackReply.Refused refused:
                return refused.Why;
            case CallbackReply.Heard heard when ProviderMark.Parse(heard.ProviderKey, installation.Id) is { } mark:
                await GrainFactory.GetGrain<IVideoRequestGrain>(mark.RequestKey).CalledBack(mark.Round, mark.Attempt, account, heard.JobId);
                return CallbackVerdict.Taken;
            default:
                return CallbackVerdict.UnknownAddress;
        }
    }
}
