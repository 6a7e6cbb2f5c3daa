using Xunit.Abstractions;

namespace VideoGen.Silo.Tests.Clusters;

/// <summary>Two silos that are well.</summary>
[Collection(OneClusterAtATime.Name)]
public sealed class ClusterTests(ITestOutputHelper output)
{
    private const int Pairs = 20;

    [ClusterFact]
    public async Task Pairs_of_identical_asks_at_two_silos_at_once_are_one_job_and_one_id_each()
    {
        var began = TimeProvider.System.GetTimestamp();
        await using var cluster = await ClusterUnderTest.Start(2);
        output.WriteLine($"two silos started in {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s");

        var answers = await Task.WhenAll(Enumerable.Range(1, Pairs).Select(async pair =>
        {
            var both = await Task.WhenAll(cluster.Silos.Select(silo => silo.Accepted($"both silos are asked for this one, number {pair}")));
            return Assert.Single(both.Distinct());
        }));
        Assert.Equal(Pairs, answers.Distinct().Count());

        foreach (var id in answers)
        {
            var seen = await Task.WhenAll(cluster.Silos.Select(silo => silo.Ended(id)));
            Assert.All(seen, video => Assert.Equal("completed", video.GetProperty("status").GetString()));
            Assert.Equal(seen[0].ToString(), seen[1].ToString());
        }

        Assert.Equal(Pairs, cluster.Paid.Count);
        Assert.All(answers, id => Assert.Equal(1, cluster.PaidFor(id)));
        var owners = await Task.WhenAll(answers.Select(cluster.OwnerOf));
        var owned = cluster.Silos.Select(silo => owners.Count(owner => owner == silo)).ToList();
        output.WriteLine($"the silos had {string.Join(" and ", owned)} of the requests; {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s in all");
        Assert.DoesNotContain(0, owned);
        foreach (var silo in cluster.Silos) Assert.Equal(0, await silo.Stop());
    }
}
