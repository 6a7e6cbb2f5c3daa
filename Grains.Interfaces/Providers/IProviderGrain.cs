using VideoGen.Access;

namespace VideoGen.Providers;

/// <summary>
/// The line in front of one provider account: who may send next, and whether it is worth trying at all. All in memory: what a restart
/// forgets costs a provider's 429, never money. Key: <c>p-</c>account.
/// </summary>
[Alias("VideoGen.IProviderGrain")]
public interface IProviderGrain : IGrainWithStringKey
{
    /// <summary>Asks to be let through. Whoever has to wait asks again: who does not for a while has left the line.</summary>
    [Alias("Acquire")]
    Task<SlotAnswer> Acquire(Slot slot, Owner owner);

    /// <summary>Says how a call of the provider went. Keeps the slot of its round, or gives it back.</summary>
    [Alias("Heard")]
    Task Heard(Slot slot, CallReport report);

    /// <summary>
    /// The provider called. Verified here, where its adapter is, and handed to its request as a hint; what fails is told to nobody.
    /// Waits for no call of a provider.
    /// </summary>
    [AlwaysInterleave, Alias("CalledBack")]
    Task<CallbackVerdict> CalledBack(ProviderCallback callback);

    /// <summary>How the account does now. Changes nothing, and asks no provider.</summary>
    [AlwaysInterleave, Alias("Look")]
    Task<ProviderLook> Look();
}

/// <summary>The key of an account's <see cref="IProviderGrain"/>.</summary>
public static class ProviderKey
{
    public static string For(string account) => Prefix + account;

    /// <summary>The inverse of <see cref="For"/>.</summary>
    public static string AccountOf(string key) => key[Prefix.Length..];

    private const string Prefix = "p-"; // Not a hex digit first, so no storage provider takes a key for a number or a Guid.
}

/// <summary>A place at a provider: one for each round that is sent or running there.</summary>
[GenerateSerializer, Immutable, Alias("VideoGen.Slot")]
public readonly record struct Slot([property: Id(0)] string RequestKey, [property: Id(1)] int Round);

/// <summary>Whether a round may be sent now.</summary>
[GenerateSerializer, Immutable, Alias("VideoGen.SlotAnswer")]
public abstract record SlotAnswer
{
    private SlotAnswer() { }

    /// <summary>It may, and has the slot until it is heard of no longer.</summary>
    [GenerateSerializer, Immutable, Alias("VideoGen.SlotAnswer.Granted")]
    public sealed record Granted : SlotAnswer;

    /// <summary>Not yet.</summary>
    /// <param name="Why">What it waits for.</param>
    /// <param name="Text">The same in words, for its user.</param>
    /// <param name="AskAgainIn">When to ask again.</param>
    [GenerateSerializer, Immutable, Alias("VideoGen.SlotAnswer.Wait")]
    public sealed record Wait([property: Id(0)] WaitReason Why, [property: Id(1)] string Text, [property: Id(2)] TimeSpan AskAgainIn) : SlotAnswer
    {
        /// <summary>Its place among those that wait for this account, from 1; null where nobody has one.</summary>
        [Id(3)]
        public int? Position { get; init; }
    }
}

/// <summary>What a round in the line waits for.</summary>
public enum WaitReason
{
    /// <summary>All slots are taken, or others are before it.</summary>
    Slot,

    /// <summary>The provider asked for a pause, or as many were sent in a minute as may be.</summary>
    Rate,

    /// <summary>The provider has failed again and again; it is tried now and then.</summary>
    Breaker,
}

/// <summary>How a call went.</summary>
/// <param name="Worked">Whether the provider did its part, whatever it answered: a no is an answer. Null where that says nothing about it.</param>
/// <param name="HoldsSlot">Whether the round is still at the provider.</param>
/// <param name="Throttled">Whether it asked us to slow down.</param>
/// <param name="RetryAfter">How long it asked us to wait, where it did.</param>
[GenerateSerializer, Immutable, Alias("VideoGen.CallReport")]
public readonly record struct CallReport(
    [property: Id(0)] bool? Worked,
    [property: Id(1)] bool HoldsSlot,
    [property: Id(2)] bool Throttled = false,
    [property: Id(3)] TimeSpan? RetryAfter = null);
