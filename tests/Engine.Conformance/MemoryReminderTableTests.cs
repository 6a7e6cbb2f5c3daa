using VideoGen.Engine.Simulation;
using VideoGen.Tests.Conformance;

namespace VideoGen.Engine.Conformance;

public sealed class MemoryReminderTableTests : ReminderTableConformance
{
    protected override Task With(Func<IReminderTable, Task> test) => test(new MemoryReminderTable());
}
