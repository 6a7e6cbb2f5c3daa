using System.Text.Json;
using System.Text.Json.Serialization;

namespace VideoGen.Grains.Quotas;

/// <summary>One user's reservations of about a day. Replaced whole, never changed in place.</summary>
internal sealed record QuotaDocument : IJsonOnDeserialized
{
    public const int CurrentVersion = 1;

    public int V { get; init; } = CurrentVersion;

    public long Revision { get; init; }

    /// <summary>The time of the last change: time never runs backwards within a document.</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    public QuotaEntry[] Entries { get; init; } = [];

    /// <exception cref="JsonException">It is of a version that this code does not know; it is not touched.</exception>
    public void OnDeserialized()
    {
        if (V is < 1 or > CurrentVersion) throw new JsonException($"This quota's document has version {V}; this program knows {CurrentVersion}. Start the newer program again.");
    }
}

/// <summary>One round's reservation, or the tombstone of one.</summary>
internal sealed record QuotaEntry(string Request, int Round, DateTimeOffset At, QuotaEntryState State);

internal enum QuotaEntryState
{
    /// <summary>Reserved; nobody said yet what became of it.</summary>
    Held,

    /// <summary>It became a payment.</summary>
    Counted,

    /// <summary>Given back, or refused before it came: a tombstone that refuses a late reserve.</summary>
    Released,
}
