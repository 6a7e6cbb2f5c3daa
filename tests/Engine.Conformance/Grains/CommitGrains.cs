using Microsoft.Extensions.Logging.Abstractions;
using VideoGen.Engine.Simulation;
using VideoGen.Grains.Persistence;
using VideoGen.Reports;

namespace VideoGen.Engine.Conformance.Grains;

public interface ICommitGrain : IGrainWithStringKey
{
    [AlwaysInterleave]
    Task<int> Add(int value);

    Task<int> Value();
}

/// <summary>Writes as the product's grains do.</summary>
internal sealed class CommitGrain([PersistentState("commit")] IPersistentState<NumberDocument> state, VirtualTimeProvider time, VideoGenTelemetry telemetry) : Grain, ICommitGrain
{
    private Commit<NumberDocument> _commit = null!;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _commit = new(state, document => document, (_, _) => { }, time, telemetry, NullLogger.Instance, this.GetPrimaryKeyString());
        return Task.CompletedTask;
    }

    public async Task<int> Add(int value) => (await _commit.Record(document => new() { Value = document.Value + value })).Value;

    public Task<int> Value() => Task.FromResult(_commit.Committed.Value);
}
