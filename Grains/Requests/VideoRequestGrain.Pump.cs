using VideoGen.Grains.Persistence;

namespace VideoGen.Grains.Requests;

/// <summary>When the pump runs: a one-shot timer while something is due soon, a reminder while anything is owed at all.</summary>
internal sealed partial class VideoRequestGrain
{
    /// <summary>Arms the pump for the next owed effect. While it runs, it only looks once more afterwards.</summary>
    private void ArmForNext()
    {
        ArmTelling();
        if (pumping)
        {
            again = true;
            return;
        }

        timer?.Dispose();
        timer = null;
        var wait = RequestEffects.NextAt(commit.Committed) - ports.Time.Now();
        if (wait <= LongestTimer) Arm(wait > TimeSpan.Zero ? wait.Value : TimeSpan.Zero);
        else if (reminded is { } known && !Serves(known, WantedReminder)) Arm(TimeSpan.Zero); // A crash came before it was put right: the pump does it.
    }

    // A grain timer and not a detached task: it keeps the activation, and a stopping host waits for it.
    private void Arm(TimeSpan wait)
    {
        timer?.Dispose();
        timer = this.RegisterGrainTimer(Pump, new GrainTimerCreationOptions(wait, Timeout.InfiniteTimeSpan) { Interleave = true, KeepAlive = true });
    }

    private async Task Pump(CancellationToken cancellationToken)
    {
        if (pumping) return;
        pumping = true;
        var finished = true;
        try
        {
            do
            {
                again = false;
                finished = await pump.Run();
            }
            while (again && finished && !ports.Host.Stopping.IsCancellationRequested);
            await KeepReminder();
        }
        finally
        {
            pumping = false;
            if (commit.Doubtful) LeaveIfDoubtful(); // It goes on from the disk: the reminder, the sweep or the next call wakes it.
            else if (!finished) Arm(RequestPump.WaitAfterBug);
            else if (!ports.Host.Stopping.IsCancellationRequested) ArmForNext();
        }
    }

    /// <summary>
    /// A reminder exists only while something is owed, and sleeps while that is far off, so that the activation may go.
    /// It is a nudge: what it loses, the sweep finds.
    /// </summary>
    private async Task KeepReminder()
    {
        var wanted = WantedReminder;
        if (reminded is { } known && Serves(known, wanted)) return;
        try
        {
            if (wanted.From is { } from) await this.RegisterOrUpdateReminder(Reminder, from - ports.Time.Now(), ReminderPeriod);
            else if (await this.GetReminder(Reminder) is { } reminder) await this.UnregisterReminder(reminder);
            reminded = wanted;
        }
#pragma warning disable CA1031 // Whatever is wrong with reminders, the request goes on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            reminded = null;
            LogReminderFailed(Key, e);
        }
    }

    private Reminded WantedReminder => new(commit.Committed.WakeAt is { } wakeAt ? Clock.Later(wakeAt, ports.Time.Now() + ReminderPeriod) : null);

    // One that ticks a little early costs less than writing it again.
    private bool Serves(Reminded known, Reminded wanted) => (known.From, wanted.From) switch
    {
        (null, null) => true,
        ({ } from, { } to) => from <= to + ReminderPeriod && to <= Clock.Later(from, ports.Time.Now()) + FarOff,
        _ => false,
    };

    /// <param name="From">When the reminder ticks first, and every minute from then on; null where there is none.</param>
    private readonly record struct Reminded(DateTimeOffset? From);
}
