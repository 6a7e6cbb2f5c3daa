using Microsoft.Extensions.Logging;

namespace VideoGen.Engine;

/// <summary>
/// Durable wake-ups: rows in a table, one queue ordered by what is due next, one timer for its head.
/// A tick is a call to the grain; ticks that fell due while the process was down are not caught up.
/// </summary>
internal sealed partial class ReminderService
{
    /// <summary>Timers cannot wait for ever; the queue is looked at once a day at least.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private readonly EmbeddedEngine _engine;
    private readonly IReminderTable? _table;
    private readonly TimeSpan _shortestPeriod;
    private readonly EngineClient _turns;
    private readonly Lock _gate = new();
    private readonly Dictionary<(GrainId Grain, string Name), Scheduled> _scheduled = [];
    private readonly PriorityQueue<Scheduled, (DateTime Due, long Order)> _queue = new();
    private ITimer? _timer;
    private long _order;
    private bool _isStopped = true;

    public ReminderService(EmbeddedEngine engine, IReminderTable? table, ReminderOptions options)
    {
        _engine = engine;
        _table = table;
        _shortestPeriod = options.MinimumReminderPeriod;
        _turns = engine.OpenClient("reminders");
    }

    private IReminderTable Table => _table ?? throw new OrleansConfigurationException("Reminders need an IReminderTable, and there is none.");

    private DateTime Now => _engine.Time.GetUtcNow().UtcDateTime;

    public async Task Start(CancellationToken cancellation)
    {
        if (_table is null)
            return;
        await _table.StartAsync(cancellation);
        var rows = (await _table.ReadRows(0, 0)).Reminders;
        _timer = _engine.Time.CreateQuietTimer(static service => ((ReminderService)service!).Wake(), this, Timeout.InfiniteTimeSpan);
        lock (_gate)
        {
            _isStopped = false;
            foreach (var row in rows.OrderBy(row => row.GrainId).ThenBy(row => row.ReminderName, StringComparer.Ordinal))
            {
                if (_engine.Catalog.Knows(row.GrainId.Type))
                    Schedule(row);
                else
                    LogOfNobody(_engine.Log, row.ReminderName, row.GrainId);
            }

            ArmTimer();
        }
    }

    /// <summary>No tick begins after this.</summary>
    public async Task Stop(CancellationToken cancellation)
    {
        lock (_gate)
        {
            _isStopped = true;
            _timer?.Dispose();
        }

        if (_table is not null)
            await _table.StopAsync(cancellation);
    }

    public async Task<IGrainReminder> Register(GrainId grain, string name, TimeSpan due, TimeSpan period)
    {
        if (due < TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(nameof(due), due, "A reminder is due now or later.");
        if (period < TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(nameof(period), period, "A reminder's period is neither negative nor infinite.");
        if (period < _shortestPeriod)
            throw new ArgumentException($"Cannot register reminder {name}: its period ({period}) is less than the minimum allowed ({_shortestPeriod}).", nameof(period));

        var row = new ReminderEntry { GrainId = grain, ReminderName = name, StartAt = Now + due, Period = period };
        row.ETag = await Table.UpsertRow(row)
            ?? throw new ReminderException($"Reminder {row} was changed by another at the same time. Try again.");
        lock (_gate)
        {
            Schedule(row);
            ArmTimer();
        }

        return new Reminder(grain, name, row.ETag);
    }

    public async Task Unregister(IGrainReminder reminder)
    {
        if (reminder is not Reminder (var grain, var name, var etag))
            throw new ArgumentException("Not a reminder of this engine.", nameof(reminder));
        if (!await Table.RemoveRow(grain, name, etag))
            throw new ReminderException($"Reminder {name} of {grain} was changed since it was read. Get it again.");
        Unschedule(grain, name);
    }

    public async Task<IGrainReminder?> Find(GrainId grain, string name)
    {
        if (await Table.ReadRow(grain, name) is { } row)
            return new Reminder(row.GrainId, row.ReminderName, row.ETag!);
        Unschedule(grain, name); // Removed by an answer that was lost, or by another process: it must not tick on.
        return null;
    }

    public async Task<List<IGrainReminder>> All(GrainId grain) =>
        [.. (await Table.ReadRows(grain)).Reminders.Select(row => new Reminder(row.GrainId, row.ReminderName, row.ETag!))];

    private static DateTime NextDue(DateTime start, TimeSpan period, DateTime now)
    {
        if (now <= start || period <= TimeSpan.Zero)
            return start > now ? start : now;
        var late = (now - start).Ticks % period.Ticks;
        return late == 0 ? now : now.AddTicks(period.Ticks - late);
    }

    private void Schedule(ReminderEntry row)
    {
        var key = (row.GrainId, row.ReminderName);
        var start = DateTime.SpecifyKind(row.StartAt, DateTimeKind.Utc);
        var scheduled = new Scheduled
        {
            Grain = row.GrainId,
            Name = row.ReminderName,
            StartAt = start,
            Period = row.Period,
            Due = NextDue(start, row.Period, Now),
        };
        if (_scheduled.TryGetValue(key, out var earlier))
        {
            // What runs, runs on: the new schedule must not double it.
            earlier.IsCurrent = false;
            scheduled.Ticking = earlier.Ticking;
        }

        _scheduled[key] = scheduled;
        _queue.Enqueue(scheduled, (scheduled.Due, ++_order));
    }

    private void Unschedule(GrainId grain, string name)
    {
        lock (_gate)
        {
            if (_scheduled.Remove((grain, name), out var gone))
                gone.IsCurrent = false;
        }
    }

    private void ArmTimer()
    {
        while (_queue.TryPeek(out var head, out _) && !head.IsCurrent)
            _queue.Dequeue();
        if (_isStopped || _timer is null || !_queue.TryPeek(out var next, out _))
            return;
        var wait = next.Due - Now;
        _timer.Change(wait < TimeSpan.Zero ? TimeSpan.Zero : wait > LongestWait ? LongestWait : wait, Timeout.InfiniteTimeSpan);
    }

    private void Wake() => _turns.Post(_ => FireDue());

    private void FireDue()
    {
        List<Scheduled> due = [];
        lock (_gate)
        {
            if (_isStopped)
                return;
            var now = Now;
            while (_queue.TryPeek(out var head, out _) && (!head.IsCurrent || head.Due <= now))
            {
                _queue.Dequeue();
                if (!head.IsCurrent)
                    continue;
                due.Add(head);
                head.Due = NextDue(head.StartAt, head.Period, now.AddTicks(1));
                _queue.Enqueue(head, (head.Due, ++_order));
            }

            ArmTimer();
        }

        foreach (var scheduled in due)
        {
            // The call before is still running: one tick at a time, the next one comes a period later.
            lock (_gate)
            {
                if (scheduled.Ticking is not null)
                    continue;
                scheduled.Ticking = scheduled;
            }

            _ = Tick(scheduled);
        }
    }

    private async Task Tick(Scheduled scheduled)
    {
        try
        {
            await _engine.Remind(scheduled.Grain, scheduled.Name, new TickStatus(scheduled.StartAt, scheduled.Period, Now));
        }
        catch (Exception failure)
        {
            LogTickFailed(_engine.Log, failure, scheduled.Name, scheduled.Grain);
        }

        lock (_gate)
        {
            scheduled.Ticking = null;
            if (_scheduled.TryGetValue((scheduled.Grain, scheduled.Name), out var current) && current.Ticking == scheduled)
                current.Ticking = null;
        }
    }

    /// <summary>What is needed of a row to tick. There is one for each grain that owes anything, so it keeps no more than that.</summary>
    private sealed class Scheduled
    {
        public required GrainId Grain { get; init; }

        public required string Name { get; init; }

        public required DateTime StartAt { get; init; }

        public required TimeSpan Period { get; init; }

        public required DateTime Due { get; set; }

        public bool IsCurrent { get; set; } = true;

        /// <summary>Whose tick is running: its own, or that of one whose place it took. Null when none is.</summary>
        public Scheduled? Ticking { get; set; }
    }

    private sealed record Reminder(GrainId Grain, string ReminderName, string Etag) : IGrainReminder;
}
