using VideoGen.Storage.Tests.Files;

namespace VideoGen.Storage.Tests.S3;

/// <summary>The suite, for a bucket. Which three things the line does in place of the server: <see cref="VideoGen.Tests.S3Line"/>.</summary>
public sealed class S3StoreConformanceTests : VideoStoreConformance
{
    protected override async Task With(Func<StoreUnderTest, Task> test)
    {
        await using var bucket = await BucketUnderTest.Make();
        await test(bucket);
    }
}
