using VideoGen.Grains.Providers;

namespace VideoGen.Simulation.Tests;

/// <summary>
/// Which faults a run has, and how often. Each run leaves some out entirely: a fault that is always there hides what the others do.
/// Percentages, by effect or by turn as said.
/// </summary>
internal sealed class Swarm
{
    public Swarm(Chance chance)
    {
        bool On() => chance.Percent(50);
        Crash = On() ? chance.Pick(0.02, 0.1, 0.4) : 0;
        Freeze = On() ? chance.Pick(0.02, 0.1, 0.3) : 0;
        SecondProcess = On();
        FrozenAtTheGate = On() ? chance.Pick(5, 30) : 0;
        WriteRefused = On() ? chance.Pick(1, 5, 20) : 0;
        WriteLandedButFailed = On() ? chance.Pick(1, 5, 20) : 0;
        ReadFails = On() ? chance.Pick(1, 5) : 0;
        DiskOutage = On();
        SkewedClock = On();
        RemindersLost = On();
        Slow = On() ? chance.Pick(1, 5) : 0;
        NotSent = On() ? chance.Pick(5, 30) : 0;
        LostAnswer = On() ? chance.Pick(5, 30) : 0;
        LateDelivery = On() ? chance.Pick(5, 20) : 0;
        NeverArrived = On() ? chance.Pick(5, 20) : 0;
        Garbage = On() ? chance.Pick(2, 10) : 0;
        Throttled = On() ? chance.Pick(5, 30) : 0;
        Unavailable = On() ? chance.Pick(5, 30) : 0;
        Refused = On() ? chance.Pick(2, 10) : 0;
        Rejected = On() ? chance.Pick(2, 10) : 0;
        JobFailsFree = On() ? chance.Pick(10, 40) : 0;
        JobFailsCharged = On() ? chance.Pick(5, 20) : 0;
        JobRejected = On() ? chance.Pick(5, 20) : 0;
        JobNeverEnds = On() ? chance.Pick(2, 10) : 0;
        CheckFails = On() ? chance.Pick(5, 30) : 0;
        FindFails = On() ? chance.Pick(5, 50) : 0;
        FindLags = On();
        CancelFails = On() ? chance.Pick(10, 60) : 0;
        SaveFails = On() ? chance.Pick(10, 50) : 0;
        SourceGone = On() ? chance.Pick(1, 5) : 0;
        Resolution = chance.Pick(Resolution.CompleteLookup, Resolution.CompleteLookup, Resolution.Lookup, Resolution.None);
        QuietTime = chance.Pick(TimeSpan.Zero, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10));
    }

    /// <summary>Of each turn.</summary>
    public double Crash { get; }

    /// <summary>Of each turn.</summary>
    public double Freeze { get; }

    public bool SecondProcess { get; }

    /// <summary>Of each submit: between its intent and the last look at the clock.</summary>
    public double FrozenAtTheGate { get; }

    public double WriteRefused { get; }

    public double WriteLandedButFailed { get; }

    public double ReadFails { get; }

    public bool DiskOutage { get; }

    public bool SkewedClock { get; }

    public bool RemindersLost { get; }

    /// <summary>Of each effect: longer than any call may take.</summary>
    public double Slow { get; }

    public double NotSent { get; }

    public double LostAnswer { get; }

    public double LateDelivery { get; }

    public double NeverArrived { get; }

    public double Garbage { get; }

    public double Throttled { get; }

    public double Unavailable { get; }

    public double Refused { get; }

    public double Rejected { get; }

    public double JobFailsFree { get; }

    public double JobFailsCharged { get; }

    public double JobRejected { get; }

    public double JobNeverEnds { get; }

    public double CheckFails { get; }

    public double FindFails { get; }

    public bool FindLags { get; }

    public double CancelFails { get; }

    public double SaveFails { get; }

    public double SourceGone { get; }

    public Resolution Resolution { get; }

    public TimeSpan QuietTime { get; }
}
