using System.Collections.Frozen;
using VideoGen.Grains.Providers;

namespace VideoGen.Silo.Providers;

/// <summary>The provider accounts that are registered in this host.</summary>
internal sealed class VideoProviders : IVideoProviders
{
    private readonly FrozenDictionary<string, IVideoProvider> _byAccount;

    public VideoProviders(IEnumerable<IVideoProvider> providers)
    {
        // Jobs in the books name their account: two adapters of one name would ask the wrong one about money.
        var byAccount = new Dictionary<string, IVideoProvider>(StringComparer.Ordinal);
        foreach (var provider in providers)
        {
            if (!byAccount.TryAdd(provider.Account, provider))
            {
                throw new InvalidOperationException($"Two providers are registered as '{provider.Account}': give each account its own name.");
            }
        }

        _byAccount = byAccount.ToFrozenDictionary(StringComparer.Ordinal);
    }

    public IVideoProvider? Find(string account) => _byAccount.GetValueOrDefault(account);
}
