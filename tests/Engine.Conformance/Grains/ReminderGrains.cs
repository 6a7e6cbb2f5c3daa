using VideoGen.Engine.Simulation;

namespace VideoGen.Engine.Conformance.Grains;

public interface IReminderGrain : IGrainWithStringKey
{
    Task Register(string name, TimeSpan due, TimeSpan period);

    Task Unregister(string name);

    Task UnregisterStale(string name);

    Task<string[]> Names();

    Task<bool> Has(string name);

    Task Leave();
}

public interface IUnremindableGrain : IGrainWithStringKey
{
    Task Register();
}

internal sealed class ReminderGrain(Script script, VirtualTimeProvider time) : Grain, IReminderGrain, IRemindable
{
    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        script.Note($"{reminderName} at {time.GetUtcNow():HH:mm:ss}");
        if (reminderName == "slow")
            await script.Wait("slow reminder");
        script.ThrowIfBroken(reminderName);
        if (reminderName == "who")
            script.Note($"the tick is of {RequestContext.Get("who") ?? "nobody"}");
        if (reminderName == "status")
            script.Note($"first {status.FirstTickTime:HH:mm:ss}, every {status.Period}, now {status.CurrentTickTime:HH:mm:ss}");
    }

    public Task Register(string name, TimeSpan due, TimeSpan period) => this.RegisterOrUpdateReminder(name, due, period);

    public async Task Unregister(string name) => await this.UnregisterReminder((await this.GetReminder(name))!);

    public async Task UnregisterStale(string name)
    {
        var stale = await this.RegisterOrUpdateReminder(name, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));
        await this.RegisterOrUpdateReminder(name, TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(2));
        await this.UnregisterReminder(stale);
    }

    public async Task<string[]> Names() => [.. (await this.GetReminders()).Select(reminder => reminder.ReminderName)];

    public async Task<bool> Has(string name) => await this.GetReminder(name) is not null;

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }
}

internal sealed class UnremindableGrain : Grain, IUnremindableGrain
{
    public Task Register() => this.RegisterOrUpdateReminder("x", TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));
}
