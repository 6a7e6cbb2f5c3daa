using System.Text.Json;
using System.Text.Json.Serialization;
using VideoGen.Grains.Providers;
using VideoGen.Requests;

namespace VideoGen.Grains.Requests;

/// <summary>
/// What was asked in a round and the terms it was accepted under. Limits, price and route travel with the request:
/// a change of configuration never touches one in flight. Account, price and what the provider can prove are those of the stop where
/// the round is, see <see cref="RequestRoute"/>.
/// </summary>
/// <param name="Round">The number of the round.</param>
/// <param name="Ask">Drawn by the ask that opened the round, so that it knows itself.</param>
/// <param name="Options">Model, size and seconds.</param>
/// <param name="Account">The provider account.</param>
/// <param name="PriceUsd">The worst case, US dollars.</param>
/// <param name="Reserves">Whether it counts against the quota of its user and of its run.</param>
/// <param name="Limits">The limits in force.</param>
/// <param name="Run">The agent's run that asked; what must be reserved is reserved of it, too.</param>
/// <param name="SourceJobId">The provider's job whose video this one is made from.</param>
/// <param name="Trace">The trace of the ask that opened the round; null where it had none. See <see cref="RequestTraces"/>.</param>
internal sealed record Ticket(
    int Round,
    string Ask,
    VideoOptions Options,
    string Account,
    decimal PriceUsd,
    bool Reserves,
    RequestLimits Limits,
    string? Run = null,
    string? SourceJobId = null,
    string? Trace = null)
{
    /// <summary>The day on whose budgets its money is booked; null in rounds that were accepted before there were budgets.</summary>
    public DateOnly? Day { get; init; }

    /// <summary>The public name of the model that makes it, where it was asked for as a route; null where that is the one that was asked for.</summary>
    public string? Model { get; init; }

    /// <summary>What the provider calls the model; null where that is its public name.</summary>
    public string? ProviderModel { get; init; }

    /// <summary>Where it may go on, in this order; null where it may not.</summary>
    public Stop[]? Further { get; init; }

    /// <summary>An earlier stop had a price: the ledger has money of this round, and must be told of it although this stop is free.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public bool Booked { get; init; }

    /// <summary>Who wants to hear how it ends; null where nobody does.</summary>
    public Hearers? Hearers { get; init; }

    /// <summary>What the provider is asked for.</summary>
    [JsonIgnore] public VideoOptions Ordered => Options with { Model = ProviderModel ?? Model ?? Options.Model };

    /// <summary>The most that any of its stops may cost, US dollars.</summary>
    [JsonIgnore] public decimal WorstUsd => (Further ?? []).Select(stop => stop.PriceUsd).Append(PriceUsd).Max();

    /// <summary>An operator accepted that it may be paid besides an earlier round of which nobody knows.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public bool DoublePayment { get; init; }

    /// <summary>What may be paid for it, and where that is booked; null where it is free.</summary>
    [JsonIgnore] public Price? Price => Price.Of(Model ?? Options.Model, Account, PriceUsd, Day);

    /// <summary>What the ledger is told of it; null where it never has money of it.</summary>
    [JsonIgnore] public Price? Booking => Booked ? Price.Booked(Model ?? Options.Model, Account, PriceUsd, Day) : Price;
}

/// <summary>The limits of one round. Their meaning, units and defaults are those of <see cref="RequestOptions"/> and <see cref="ProviderTraits"/>.</summary>
internal sealed record RequestLimits(
    int MaxAttempts,
    int MaxSubmits,
    TimeSpan Deadline,
    TimeSpan JobDeadline,
    TimeSpan ResolveFor,
    TimeSpan SubmitWindow,
    TimeSpan SubmitTimeout,
    TimeSpan CheckEvery,
    TimeSpan Window,
    TimeSpan WindowMargin,
    Resolution Resolution,
    TimeSpan QuietTime,
    bool KeepsOriginal)
{
    /// <summary>How long after the first submit the provider answers the same key with the same job; null where it does not say that it does.</summary>
    public TimeSpan? KeyKeptFor { get; init; }

    /// <summary>How late a complete lookup must find nothing to prove that there is no job: nothing sent before can still arrive.</summary>
    [JsonIgnore] public TimeSpan QuietFor => SubmitWindow + SubmitTimeout + QuietTime;

    /// <summary>What the window is longer by: the last submit may be accepted so late, and the next one must not be accepted within 24 hours of it.</summary>
    [JsonIgnore] public TimeSpan Margin => WindowMargin > QuietFor + RequestOptions.ClockSlack ? WindowMargin : QuietFor + RequestOptions.ClockSlack;
}

/// <summary>What a live round has been through.</summary>
/// <param name="Attempt">One job's worth of trying, from 1.</param>
/// <param name="FailedSends">Submits in a row that came to nothing, for the back-off.</param>
/// <param name="Sent">When each intent was written that is not proven unsent: what the window and the submit limit count.</param>
/// <param name="CancelWanted">When somebody wished it to stop.</param>
/// <param name="Stages">When it got how far.</param>
/// <param name="Paused">How long pauses have held it: that does not count for its deadline. Null where none did.</param>
/// <param name="Left">The stops that it has left, oldest first; null where it is at its first.</param>
/// <param name="GivenBack">True where its money was given back before a job of it turned up after all: that job goes on, and no other is made. Null elsewhere.</param>
internal sealed record Course(
    int Attempt, int FailedSends, DateTimeOffset[] Sent, DateTimeOffset? CancelWanted, Stages Stages, TimeSpan? Paused = null, LeftStop[]? Left = null, bool? GivenBack = null)
{
    /// <summary>How many of its jobs have failed free of charge. Each took an attempt, and so did each stop that was left without a job.</summary>
    [JsonIgnore] public int FailedJobs => Attempt - 1 - (Left ?? []).Count(left => left.Why != WhyLeft.JobFailed);
}

/// <summary>A submit without an answer, while it is sent once more under the same key. What it says is as in <see cref="RequestState.Unresolved"/>.</summary>
internal sealed record Doubt(DateTimeOffset Since, string Nonce, Due Find, Failure Cause, int Resent);

/// <summary>What holds a round that could be sent.</summary>
/// <param name="Reason">What.</param>
/// <param name="Text">The same in words, for its user.</param>
/// <param name="Since">Since when.</param>
/// <param name="Position">Its place in the line of its provider account, from 1; null where there is none.</param>
internal sealed record Hold(HoldReason Reason, string Text, DateTimeOffset Since, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Position = null)
{
    /// <summary>Whether somebody decided that it waits: then the wait does not count for its deadline.</summary>
    [JsonIgnore] public bool IsPause => Reason is HoldReason.Paused or HoldReason.SpendBreaker;
}

/// <summary>What holds a round.</summary>
internal enum HoldReason
{
    /// <summary>An operator.</summary>
    Paused,

    SpendBreaker,

    /// <summary>The line in front of the provider.</summary>
    Slot,

    /// <summary>The provider takes no more in this time.</summary>
    Rate,

    /// <summary>The provider fails.</summary>
    Breaker,
}

/// <summary>An owed effect: not before when, and how often it failed. Each has its own, so none holds another.</summary>
internal sealed record Due(DateTimeOffset NotBefore, int Failures = 0)
{
    /// <summary>Tried at <paramref name="at"/> and failed: later, and later still each time.</summary>
    public Due Later(DateTimeOffset at, string salt, Failure? failure = null) =>
        new(at + Backoff.Delay(salt, Failures + 1, failure?.RetryAfter), Failures + 1);
}

/// <summary>Which attempt of which round a fact is about.</summary>
[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
internal readonly record struct AttemptId(int Round, int Attempt);

/// <summary>Whether the provider takes money, and how we know.</summary>
/// <param name="Usd">What it took, where it said so; US dollars.</param>
internal sealed record Charge(Charged Charged, string Evidence, decimal? Usd = null);

/// <summary>When a round got how far; null where it never did. Stored as milliseconds after the first.</summary>
[JsonConverter(typeof(StagesConverter))]
internal sealed record Stages(
    DateTimeOffset Asked,
    DateTimeOffset? Admitted = null,
    DateTimeOffset? Submitted = null,
    DateTimeOffset? Running = null,
    DateTimeOffset? Saving = null);

internal sealed class StagesConverter : JsonConverter<Stages>
{
    private const long Never = -1;

    public override Stages Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var numbers = JsonSerializer.Deserialize<long[]>(ref reader, options);
        if (numbers is not { Length: 5 }) throw new JsonException("Stages must be an array of five numbers.");
        var asked = DateTimeOffset.FromUnixTimeMilliseconds(numbers[0]);
        DateTimeOffset? At(int index) => numbers[index] == Never ? null : asked.AddMilliseconds(numbers[index]);
        return new(asked, At(1), At(2), At(3), At(4));
    }

    public override void Write(Utf8JsonWriter writer, Stages value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        writer.WriteNumberValue(value.Asked.ToUnixTimeMilliseconds());
        foreach (var at in (ReadOnlySpan<DateTimeOffset?>)[value.Admitted, value.Submitted, value.Running, value.Saving])
        {
            writer.WriteNumberValue(at is { } reached ? (long)(reached - value.Asked).TotalMilliseconds : Never);
        }

        writer.WriteEndArray();
    }
}
