using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;
using VideoGen.Access;
using VideoGen.Grains.Persistence;
using VideoGen.Reports;
using VideoGen.Requests;

namespace VideoGen.Grains.Requests;

/// <summary>One Idempotency-Key. Whoever finds it unanswered asks the request itself: two at once meet there.</summary>
[GrainType(GrainNames.Idempotency)]
internal sealed partial class IdempotencyGrain(
    [PersistentState(GrainNames.Idempotency)] IPersistentState<IdempotencyDocument> state,
    RequestPorts ports,
    ILogger<IdempotencyGrain> logger) : Grain, IIdempotencyGrain
{
    private Commit<IdempotencyDocument> commit = null!;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        commit = new(state, document => document with { Revision = document.Revision + 1 }, (_, _) => { }, ports.Time, ports.Telemetry, logger, "of a user");
        return Task.CompletedTask;
    }

    public async Task<IdempotentAnswer> Ask(string fingerprint, VideoAsk ask)
    {
        try
        {
            var now = ports.Time.Now();
            var known = await commit.Record(d => IsOver(d, now) ? d with { Fingerprint = fingerprint, FirstAt = now, Video = null } : d);
            if (known.Fingerprint != fingerprint) return new IdempotentAnswer.OtherBody();
            if (VideoId.TryParse(known.Video, out var id)) return await Again(id);

            var request = VideoRequestKey.For(ports.Installation.KeyRules, ask);
            var answer = await ports.Grains.GetGrain<IVideoRequestGrain>(request).Ask(ask);
            if (answer is AskAnswer.Accepted accepted) await Remember(fingerprint, accepted.Video.Id);
            return new IdempotentAnswer.Answered(answer);
        }
        catch (CommitUnknownException)
        {
            return new IdempotentAnswer.Answered(new AskAnswer.Unknown());
        }
        finally
        {
            if (commit.Doubtful) DeactivateOnIdle();
        }
    }

    // The video is accepted and safe: without this note the next ask under the key meets it by its prompt.
    private async Task Remember(string fingerprint, VideoId id)
    {
        try
        {
            await commit.Record(d => d.Fingerprint == fingerprint && d.Video is null ? d with { Video = id.ToString() } : d);
        }
        catch (CommitUnknownException e)
        {
            LogNotRemembered(id, e);
        }
    }

    private async Task<IdempotentAnswer> Again(VideoId id)
    {
        if (await ports.Grains.GetGrain<IVideoRequestGrain>(id.RequestKey).Get(id.Round) is not { Deleted: false } video) return new IdempotentAnswer.Deleted();
        return new IdempotentAnswer.Answered(new AskAnswer.Accepted(video, ports.CountPrevented(video, video.EstimatedUsd)));
    }

    private static bool IsOver(IdempotencyDocument document, DateTimeOffset now) =>
        document.Fingerprint is null || now >= document.FirstAt + IIdempotencyGrain.KeptFor;

    [LoggerMessage(1, LogLevel.Warning, "The key that {Id} was asked for under could not be written; its prompt still finds it")]
    private partial void LogNotRemembered(VideoId id, Exception exception);
}

/// <summary>What one Idempotency-Key stands for.</summary>
internal sealed record IdempotencyDocument : IJsonOnDeserialized
{
    public const int CurrentVersion = 1;

    public int V { get; init; } = CurrentVersion;

    public long Revision { get; init; }

    /// <summary>The hash of the body that it was first used with; null until it was.</summary>
    public string? Fingerprint { get; init; }

    public DateTimeOffset FirstAt { get; init; }

    /// <summary>The video that came of it; null while none has.</summary>
    public string? Video { get; init; }

    /// <exception cref="JsonException">It is of a version that this code does not know; it is not touched.</exception>
    public void OnDeserialized()
    {
        if (V is < 1 or > CurrentVersion) throw new JsonException($"This key's document has version {V}; this program knows {CurrentVersion}. Start the newer program again.");
    }
}
