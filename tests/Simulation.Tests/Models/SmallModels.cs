using System.Globalization;
using VideoGen.Access;
using VideoGen.Grains.Quotas;
using VideoGen.Grains.Requests;
using VideoGen.Reports;
using VideoGen.Requests;
using VideoGen.Storage;

namespace VideoGen.Simulation.Tests.Models;

internal sealed class ModelsModel : IModelCatalogue
{
    /// <summary>Our own machine's: not counted against any quota.</summary>
    public const string Free = "free";

    public const string Paid = "sim";

    /// <summary>Of the other account.</summary>
    public const string Second = "sim-b";

    /// <summary>The paid one, and where that proves no job, the other account's.</summary>
    public const string Way = "way";

    public string DefaultModel => Paid;

    public IReadOnlyList<ModelTerms> All { get; } =
    [
        new(Paid, "sim", [new(0.80m)], CountsAgainstQuota: true, ["1280x720", "720x1280"], [4, 8]),
        new(Free, "sim", [new(0)], CountsAgainstQuota: false, ["1280x720"], [4]),
        new(Second, ProviderModel.SecondAccount, [new(1.00m)], CountsAgainstQuota: true, ["1280x720"], [4]) { ProviderModel = "b-1" },
        new(Way, "", [], CountsAgainstQuota: true, ["1280x720"], [4]) { Route = [Paid, Second] },
    ];

    public ModelTerms? Find(string model) => All.FirstOrDefault(t => t.Model == model);
}

/// <summary>Our own store, which survives every process.</summary>
internal sealed class StoreModel
{
    private readonly HashSet<VideoId> there = [], removed = [];

    public void Add(VideoId id) => there.Add(id);

    public void Remove(VideoId id)
    {
        there.Remove(id);
        removed.Add(id);
    }

    public bool Has(VideoId id) => there.Contains(id);

    /// <summary>Whether it was removed, and a process that knew nothing of that has copied it once more.</summary>
    public bool HasAgain(VideoId id) => Has(id) && removed.Contains(id);
}

internal sealed class FilesModel(ProviderBooks books, Gate gate) : IVideoFiles
{
    public TimeSpan? RetainFor => null;

    public Task<StoredVideo> Save(VideoId id, MediaVariant variant, Stream content, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<StoredVideo?> Find(VideoId id, MediaVariant variant, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<Stream?> Open(VideoId id, MediaVariant variant, CancellationToken cancellationToken) => throw new NotSupportedException();

    public async Task Delete(VideoId id, CancellationToken cancellationToken)
    {
        var effect = await gate.Out("delete file", cancellationToken);
        books.Copies.Remove(id);
        await gate.Back(effect, cancellationToken);
    }

    public Task<string?> Trouble(CancellationToken cancellationToken) => Task.FromResult<string?>(null);
}

internal sealed class JobBookModel(Dictionary<(string Account, string Job), (string Request, int Round, int Attempt)> claims, Gate gate) : IJobBook
{
    public async Task<bool> Claim(string account, string jobId, string requestKey, int round, int attempt, CancellationToken cancellationToken)
    {
        var effect = await gate.Out("claim", cancellationToken);
        var claim = (requestKey, round, attempt);
        var ours = claims.TryAdd((account, jobId), claim) || claims[(account, jobId)] == claim;
        await gate.Back(effect, cancellationToken);
        return ours;
    }
}

internal sealed class PreventedModel(SimulatedWorld world) : IPreventedPayments
{
    public void Count(Owner owner, string model, PreventedKind kind, decimal usd) => world.Prevented++;
}

internal sealed class InstallationModel : IInstallation
{
    public string Id => "sim";

    public int KeyRules => VideoRequestKey.CurrentRules;
}

internal sealed class NoncesModel(SimulatedWorld world) : INonces
{
    public string Draw() => string.Create(CultureInfo.InvariantCulture, $"n{++world.NoncesDrawn:D15}");
}

internal sealed class RunningHostModel : IHostState
{
    public CancellationToken Stopping => CancellationToken.None;
}

internal sealed class OnePlanModel : IClientPlans
{
    public string PlanOf(string client) => IClientPlans.DefaultPlan;
}

internal sealed class NewsModel(SimulatedWorld world, Gate gate) : IOperatorNews
{
    public async Task Tell(DeadLetterNews news, CancellationToken cancellationToken)
    {
        var effect = await gate.Out("tell", cancellationToken);
        world.Told.Add(news.Id);
        await gate.Back(effect, cancellationToken);
    }
}
