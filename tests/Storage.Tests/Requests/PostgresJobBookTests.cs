using VideoGen.Requests;
using VideoGen.Storage.Requests;
using VideoGen.Tests.Conformance;

namespace VideoGen.Storage.Tests.Requests;

public sealed class PostgresJobBookTests(StorageDatabase database) : JobBookConformance, IClassFixture<StorageDatabase>
{
    protected override Task With(Func<IJobBook, Task> test) => test(new PostgresJobBook(database.Pool));

    // Here claims are really made at the same time, and only often enough do they meet at each place where they can.
    protected override int Races => 300;
}
