using System.Diagnostics;
using VideoGen.Access;

namespace VideoGen.Grains.Tests.Access;

/// <summary>How long a guess takes says nothing of how much of it is right.</summary>
public sealed class KeyTimingTests
{
    private const int Batches = 500, Guesses = 5;

    // Each batch is over in microseconds, and of many the quickest was disturbed by nobody.
    [Fact]
    public void A_guess_that_is_right_but_for_its_end_takes_as_long_as_one_that_is_wrong_from_its_beginning()
    {
        var key = new string('k', 20_000);
        var known = new OperatorKey(OperatorKey.HashOf(key), "in a test");
        var (near, far) = (key[..^1] + "x", "x" + key[1..]);
        var (quickestNear, quickestFar) = (long.MaxValue, long.MaxValue);
        for (var batch = 0; batch < Batches; batch++)
        {
            quickestNear = Math.Min(quickestNear, Time(known, near));
            quickestFar = Math.Min(quickestFar, Time(known, far));
        }

        // One that ended where the texts differ would take a hundredth for the far one.
        Assert.InRange((double)quickestNear / quickestFar, 0.8, 1.25);
        Assert.True(known.Is(key));
    }

    private static long Time(OperatorKey known, string guess)
    {
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < Guesses; i++)
        {
            if (known.Is(guess)) throw new InvalidOperationException("It was guessed.");
        }

        return Stopwatch.GetTimestamp() - began;
    }
}
