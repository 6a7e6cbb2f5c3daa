using VideoGen.Requests;
using VideoGen.Storage.Installations;

namespace VideoGen.Storage.Tests.Installations;

public sealed class PostgresInstallationTests(StorageDatabase database) : IClassFixture<StorageDatabase>, IAsyncLifetime
{
    public Task InitializeAsync() => database.Run("truncate videogen.installation");

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Hosts_that_start_together_agree_and_so_does_every_later_one()
    {
        var hosts = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Load()));

        var id = Assert.Single(hosts.Select(h => h.Id).Distinct());
        Assert.Matches("^[a-z0-9]{8}$", id);
        Assert.All(hosts, h => Assert.Equal(VideoRequestKey.CurrentRules, h.KeyRules));
        Assert.Equal(id, (await Load()).Id);
    }

    [Fact]
    public async Task Key_rules_that_this_program_does_not_know_are_refused()
    {
        await Load();
        await database.Run("update videogen.installation set key_rules = 99");

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(Load);

        Assert.Contains("follow rules 99, and this program knows only 1", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_answered_before_it_is_loaded() =>
        Assert.Contains("Prepare", Assert.Throws<InvalidOperationException>(() => new PostgresInstallation(database.Pool).Id).Message, StringComparison.Ordinal);

    private async Task<PostgresInstallation> Load()
    {
        var installation = new PostgresInstallation(database.Pool);
        await installation.Load(CancellationToken.None);
        return installation;
    }
}
