using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using VideoGen.Reports;
using VideoGen.Requests;
using VideoGen.Storage.Schema;
using VideoGen.Tests;

namespace VideoGen.Storage.Tests;

/// <summary>A process without grains takes everything as the hosts have made it, and makes nothing.</summary>
public sealed class StorageJoinTests : IAsyncLifetime
{
    private static readonly TimeSpan Short = TimeSpan.Zero, Long = TimeSpan.FromSeconds(60);

    private readonly TestDatabase database = new();
    private readonly string folder = Path.Combine(Path.GetTempPath(), "videogen-join-" + Path.GetRandomFileName());

    public Task InitializeAsync() => database.InitializeAsync();

    public async Task DisposeAsync()
    {
        await database.DisposeAsync();
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task An_empty_database_stays_empty_and_is_refused_with_what_to_do()
    {
        await using var door = Door();

        var refused = await Assert.ThrowsAsync<SchemaException>(() => StorageStart.Join(door, Short, CancellationToken.None));

        Assert.Contains($"at version 0, and this program needs {SchemaFile.Embedded.Count}", refused.Message, StringComparison.Ordinal);
        Assert.Contains("start one of this version on the same database first", refused.Message, StringComparison.Ordinal);
        Assert.True(await One<bool>("select to_regnamespace('videogen') is null"));
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task It_waits_for_the_host_that_prepares_the_database_and_is_of_its_installation()
    {
        await using var door = Door();
        await using var host = Host();
        var joining = StorageStart.Join(door, Long, CancellationToken.None);
        await StorageStart.Prepare(host, isAlone: false, CancellationToken.None);
        await joining.WaitAsync(Long);

        Assert.Equal(host.GetRequiredService<IInstallation>().Id, door.GetRequiredService<IInstallation>().Id);
        Assert.Equal(0, (await door.GetRequiredService<IRequestBook>().Stats(null, CancellationToken.None)).TotalVideos);
        Assert.Empty(await door.GetRequiredService<IRequestBook>().List("bot", null, oldestFirst: false, 10, CancellationToken.None));
        Assert.Null(await door.GetRequiredService<IVideoFiles>().Trouble(CancellationToken.None));
        Assert.Null(door.GetService<IJobBook>()); // A door claims no jobs.
        Assert.Null(door.GetService<IPreventedPayments>());
    }

    [Theory]
    [InlineData("insert into videogen.schema_versions (version, name, checksum) select max(version) + 1, 'later', 'x' from videogen.schema_versions", "newer than this program")]
    [InlineData("update videogen.schema_versions set checksum = 'x' where version = 1", "another text of 001")]
    [InlineData("update videogen.installation set key_rules = 99", "follow rules 99")]
    public async Task Another_programs_database_is_refused_at_once(string change, string sentence)
    {
        await Prepared();
        await Run(change);
        await using var door = Door();

        var refused = await Assert.ThrowsAnyAsync<Exception>(() => StorageStart.Join(door, Long, CancellationToken.None).WaitAsync(Long / 2));

        Assert.Contains(sentence, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_schema_that_is_a_step_behind_is_not_brought_up_to_date()
    {
        await Prepared();
        await Run("delete from videogen.schema_versions where version = (select max(version) from videogen.schema_versions)");
        await using var door = Door();

        var refused = await Assert.ThrowsAsync<SchemaException>(() => StorageStart.Join(door, Short, CancellationToken.None));

        Assert.Contains($"at version {SchemaFile.Embedded.Count - 1}, and this program needs {SchemaFile.Embedded.Count}", refused.Message, StringComparison.Ordinal);
        Assert.Equal(SchemaFile.Embedded.Count - 1, await One<int>("select max(version) from videogen.schema_versions"));
    }

    [Fact]
    public async Task A_folder_that_no_host_saves_in_is_refused_and_not_made_its_own()
    {
        await Prepared();
        var elsewhere = Directory.CreateDirectory(Path.Combine(folder, "elsewhere")).FullName;
        await using var door = Door(elsewhere);

        var refused = await Assert.ThrowsAsync<DirectoryNotFoundException>(() => StorageStart.Join(door, Short, CancellationToken.None));

        Assert.Contains("Let Store:Folder name the folder that they share", refused.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(elsewhere));

        await File.WriteAllTextAsync(Path.Combine(elsewhere, ".store-id"), "another0\n");
        var foreign = await Assert.ThrowsAsync<InvalidOperationException>(() => StorageStart.Join(door, Long, CancellationToken.None).WaitAsync(Long / 2));
        Assert.Contains("belongs to installation 'another0'", foreign.Message, StringComparison.Ordinal);
    }

    private async Task Prepared()
    {
        await using var host = Host();
        await StorageStart.Prepare(host, isAlone: false, CancellationToken.None);
    }

    private ServiceProvider Host() => Built(new ServiceCollection().AddPostgresStorage(database.ConnectionString, folder), folder);

    private ServiceProvider Door(string? videos = null) => Built(new ServiceCollection().AddPostgresForDoor(database.ConnectionString), videos ?? folder);

    private static ServiceProvider Built(IServiceCollection services, string videos) => services
        .AddLogging()
        .AddVideoFolder(new ConfigurationBuilder().AddInMemoryCollection([new("Store:Folder", videos), new("Store:MinFreeBytes", "1")]).Build())
        .BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });

    private async Task Run(string sql)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<T> One<T>(string sql)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }
}
