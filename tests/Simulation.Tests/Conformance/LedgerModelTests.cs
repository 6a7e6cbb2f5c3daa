using VideoGen.Budgets;
using VideoGen.Tests;
using VideoGen.Simulation.Tests.Models;
using VideoGen.Tests.Conformance;

namespace VideoGen.Simulation.Tests.Conformance;

public sealed class LedgerModelTests : MoneyLedgerConformance
{
    protected override Task With(Func<MoneyLedgerUnderTest, Task> test) => CalmWorld.With((_, process) =>
    {
        var rows = new MoneyRows();
        return test(new(new LedgerModel(rows, process.Gate), () => Task.FromResult<IReadOnlyList<LedgerEntry>>([.. rows.History])));
    });
}
