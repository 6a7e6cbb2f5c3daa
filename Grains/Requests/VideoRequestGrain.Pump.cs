using VideoGen.Grains.Persistence;

namespace VideoGen.Grains.Requests;

/// <summary>When the pump runs: a one-shot timer while something is due soon, a reminder while anything is owed at all.</summary>
internal sealed partial class VideoRequestGrain
{
    /// <summary>Arms the pump for the next owed effect. While it runs, it only looks once more afterwards.</summary>
    private void ArmForNext()
    {
        if (pumping)
        {
            again = true;
            return;
        }

        timer?.Dispose();
        timer = null;
        if (commit.Committed.WakeAt is not { } wakeAt)
        {
            if (reminded == true) Arm(TimeSpan.Zero); // Nothing is owed, yet it is there (a crash came before it went): the pump removes it.
            return;
        }

        var wait = wakeAt - ports.Time.Now();
        if (wait <= LongestTimer) Arm(wait > TimeSpan.Zero ? wait : TimeSpan.Zero);
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

    /// <summary>A reminder exists only while something is owed. It is a nudge: what it loses, the sweep finds.</summary>
    private async Task KeepReminder()
    {
        var owed = commit.Committed.WakeAt is not null;
        if (reminded == owed) return;
        try
        {
            if (owed) await this.RegisterOrUpdateReminder(Reminder, ReminderPeriod, ReminderPeriod);
            else if (await this.GetReminder(Reminder) is { } reminder) await this.UnregisterReminder(reminder);
            reminded = owed;
        }
#pragma warning disable CA1031 // Whatever is wrong with reminders, the request goes on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            reminded = null;
            LogReminderFailed(Key, e);
        }
    }
}
