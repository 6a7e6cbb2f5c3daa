using VideoGen.Grains.Providers;

namespace VideoGen.Simulation.Tests;

/// <summary>
/// Which faults a run has, and how often. Each run leaves some out entirely: a fault that is always there hides what the others do.
/// Percentages, by effect or by turn as said.
/// </summary>
internal sealed record Swarm
{
    /// <summary>Of each turn.</summary>
    public double Crash { get; init; }

    /// <summary>Of each turn.</summary>
    public double Freeze { get; init; }

    public bool SecondProcess { get; init; }

    /// <summary>Of each submit: between its intent and the last look at the clock.</summary>
    public double FrozenAtTheGate { get; init; }

    /// <summary>Of each submit: between the last look at the clock and the socket, where no gate sees it.</summary>
    public double FrozenBehindTheGate { get; init; }

    /// <summary>Of each write: when it has landed, and its process does not know it yet.</summary>
    public double FrozenAfterWrite { get; init; }

    /// <summary>Of each submit: when it has been answered, and its process does not know it yet.</summary>
    public double FrozenAwaitingAnswer { get; init; }

    public double WriteRefused { get; init; }

    public double WriteLandedButFailed { get; init; }

    public double ReadFails { get; init; }

    public bool DiskOutage { get; init; }

    /// <summary>Each process has its own time of day, up to 5 seconds wrong.</summary>
    public bool SkewedClock { get; init; }

    /// <summary>Of each turn: the process's time of day jumps, within those 5 seconds.</summary>
    public double ClockStepped { get; init; }

    /// <summary>The database's time of day is minutes to hours wrong, for a while.</summary>
    public bool DatabaseClockWrong { get; init; }

    public double ReminderLost { get; init; }

    public double ReminderLate { get; init; }

    public double ReminderDoubled { get; init; }

    /// <summary>Of each effect: longer than any call may take, on the way there or back.</summary>
    public double Slow { get; init; }

    /// <summary>Of each effect: it breaks, before it landed or after.</summary>
    public double Broken { get; init; }

    public bool ProviderOutage { get; init; }

    public double NotSent { get; init; }

    public double LostAnswer { get; init; }

    public double LateDelivery { get; init; }

    public double NeverArrived { get; init; }

    public double Garbage { get; init; }

    public double Throttled { get; init; }

    public double Unavailable { get; init; }

    public double Refused { get; init; }

    public double Rejected { get; init; }

    public double JobFailsFree { get; init; }

    public double JobFailsCharged { get; init; }

    public double JobRejected { get; init; }

    public double JobNeverEnds { get; init; }

    /// <summary>Of each job: it ends hours later than any deadline.</summary>
    public double JobEndsLate { get; init; }

    public double CheckFails { get; init; }

    public double FindFails { get; init; }

    /// <summary>Of each lookup that is not complete: it misses a job that is there.</summary>
    public double LookupMisses { get; init; }

    public bool FindLags { get; init; }

    public double CancelFails { get; init; }

    public double SaveFails { get; init; }

    public double SourceGone { get; init; }

    /// <summary>Its providers call back what they have to say of a job: in time, late, doubled, or not; and somebody else does so in their name.</summary>
    public bool CallsBack { get; init; }

    /// <summary>Clients want to be told how their videos end.</summary>
    public bool Hears { get; init; }

    public Resolution Resolution { get; init; } = Resolution.CompleteLookup;

    /// <summary>The same at the other account.</summary>
    public Resolution SecondResolution { get; init; } = Resolution.CompleteLookup;

    public TimeSpan QuietTime { get; init; }

    /// <summary>How long the provider answers the same key with the same job, where that is how it is asked.</summary>
    public TimeSpan KeyKeptFor { get; init; } = TimeSpan.FromHours(24);

    public static Swarm Draw(Chance chance)
    {
        double Some(params ReadOnlySpan<double> percents) => chance.Percent(50) ? chance.Pick(percents) : 0;
        bool Coin() => chance.Percent(50);
        return new()
        {
            Crash = Some(0.02, 0.1, 0.4),
            Freeze = Some(0.02, 0.1, 0.3),
            SecondProcess = Coin(),
            FrozenAtTheGate = Some(5, 30),
            FrozenBehindTheGate = chance.Percent(30) ? 20 : 0,
            FrozenAfterWrite = Some(1, 5),
            FrozenAwaitingAnswer = Some(5, 20),
            WriteRefused = Some(1, 5, 20),
            WriteLandedButFailed = Some(1, 5, 20),
            ReadFails = Some(1, 5),
            DiskOutage = Coin(),
            SkewedClock = Coin(),
            ClockStepped = Some(0.1, 1),
            DatabaseClockWrong = chance.Percent(25),
            ReminderLost = Some(10),
            ReminderLate = Some(10),
            ReminderDoubled = Some(5),
            Slow = Some(1, 5),
            Broken = Some(1, 5),
            ProviderOutage = Coin(),
            NotSent = Some(5, 30),
            LostAnswer = Some(5, 30),
            LateDelivery = Some(5, 20),
            NeverArrived = Some(5, 20),
            Garbage = Some(2, 10),
            Throttled = Some(5, 30),
            Unavailable = Some(5, 30),
            Refused = Some(5, 20),
            Rejected = Some(5, 20),
            JobFailsFree = Some(10, 40),
            JobFailsCharged = Some(5, 20),
            JobRejected = Some(5, 20),
            JobNeverEnds = Some(2, 10),
            JobEndsLate = Some(2, 10),
            CheckFails = Some(5, 30),
            FindFails = Some(5, 50),
            LookupMisses = 60,
            FindLags = Coin(),
            CancelFails = Some(10, 60),
            SaveFails = Some(10, 50),
            SourceGone = Some(1, 5),
            Resolution = chance.Pick(Resolution.CompleteLookup, Resolution.CompleteLookup, Resolution.Lookup, Resolution.None, Resolution.SameKey),
            SecondResolution = chance.Pick(Resolution.CompleteLookup, Resolution.Lookup, Resolution.None, Resolution.SameKey),
            QuietTime = chance.Pick(TimeSpan.Zero, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10)),
            KeyKeptFor = chance.Pick(TimeSpan.FromMinutes(15), TimeSpan.FromHours(24)),
        };
    }
}
