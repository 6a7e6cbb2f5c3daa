using System.Text.Json.Serialization;
using VideoGen.Requests;

namespace VideoGen.Grains.Requests;

/// <summary>
/// All that is stored of one (client, user, prompt). Replaced whole, never changed in place.
/// The members that SQL reads (owner, status, createdAt, wakeAt, rounds) keep their names for ever.
/// </summary>
internal sealed record RequestDocument : IJsonOnDeserialized
{
    /// <summary>The version of this document's shape that this code reads and writes.</summary>
    public const int CurrentVersion = 1;

    /// <summary>More rounds than this are refused, with an alert: nobody asks so often for one prompt.</summary>
    public const int MaxRounds = 200;

    public int V { get; init; } = CurrentVersion;

    /// <summary>Grows with every write, and with progress that is not written.</summary>
    public long Revision { get; init; }

    /// <summary>As <see cref="VideoGen.Access.Owner.ToString"/>; empty until somebody asked.</summary>
    public string Owner { get; init; } = "";

    /// <summary>The canonical prompt; empty where its user was erased.</summary>
    public string Prompt { get; init; } = "";

    /// <summary>The video that this one is made from, as its public id; null where it is made from nothing.</summary>
    public string? RemixOf { get; init; }

    /// <summary>The picture that guides it.</summary>
    public InputFile? Input { get; init; }

    /// <summary>The number that its key was made with: 0 for the video itself, a higher one for another take that was confirmed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Variation { get; init; }

    /// <summary>When its user was erased, see <see cref="RequestErasure"/>; null where nobody wished that since it was last asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public DateTimeOffset? ErasedAt { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The time of the last fact. Time never runs backwards within a document.</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When somebody must look, see <see cref="RequestEffects.WakeAt"/>; null when nothing is owed. What the sweep looks for.</summary>
    public DateTimeOffset? WakeAt { get; init; }

    /// <summary>The public word of the newest accepted round, or <c>refused</c> where none ever was.</summary>
    public string? Status { get; init; }

    /// <summary>The number of the last round that was opened, refused ones too: numbers are never used again.</summary>
    public int LastRound { get; init; }

    /// <summary>The rounds, oldest first. A refused one gives way to the next.</summary>
    public RequestState[] Rounds { get; init; } = [];

    /// <summary>Jobs of ours that no round waits for.</summary>
    public Orphan[] Orphans { get; init; } = [];

    /// <summary>The number of the last other take that was confirmed: numbers are never used again.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int LastVariation { get; init; }

    /// <summary>Offers to make another take, and those that were confirmed, see <see cref="RequestVariations"/>; null where there are none.</summary>
    public Confirmation[]? Confirmations { get; init; }

    /// <summary>A document of a shape that this code does not know is not touched.</summary>
    /// <exception cref="System.Text.Json.JsonException">It is of another version.</exception>
    public void OnDeserialized()
    {
        if (V is < 1 or > CurrentVersion)
        {
            throw new System.Text.Json.JsonException($"This request's document has version {V}; this program knows {CurrentVersion}. Start the newer program again.");
        }
    }
}

/// <summary>A job that a provider took from us and that no round waits for: it must be stopped, and its cost is ours.</summary>
/// <param name="Cancel">Set while it must still be told to stop.</param>
/// <param name="Charged">What became of it; null while that is open.</param>
/// <param name="Price">What it may cost, besides what its round does; null where it is free.</param>
/// <param name="Settle">Set while the ledger must be told of it.</param>
internal sealed record Orphan(AttemptId Id, string Account, string JobId, DateTimeOffset FoundAt, Due? Cancel, Charged? Charged, Price? Price = null, Due? Settle = null)
{
    /// <summary>What the ledger must know of it.</summary>
    [JsonIgnore] public Settlement Settlement => new(Charged ?? VideoGen.Requests.Charged.Unknown);
}
