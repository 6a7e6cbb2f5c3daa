using VideoGen.Silo.Tests.Providers;
using VideoGen.Tests;

namespace VideoGen.Silo.Tests.Hosting;

/// <summary>Tests of the real host on a folder of their own: after each, no process of the folder is left, and the folder goes.</summary>
public abstract class OnHostFolder : IAsyncLifetime
{
    protected string Folder { get; } = Directory.CreateTempSubdirectory("videogen-host-").FullName;

    /// <summary>Where the private PostgreSQL's files are, where they cannot be in the folder.</summary>
    private string? Elsewhere => Path.Combine(Folder, "postgres", "elsewhere") is var pointer && File.Exists(pointer) ? File.ReadAllText(pointer) : null;

    private TestDatabase? database;

    /// <summary>The folder's database, for hosts that are not to start a private PostgreSQL: that takes seconds, and is tested where it matters.</summary>
    protected async Task<TestDatabase> Database()
    {
        if (database is null)
        {
            var made = new TestDatabase();
            await made.InitializeAsync();
            database = made;
        }

        return database;
    }

    /// <summary>A host on the folder and its database; both outlive it.</summary>
    private protected async Task<RunningHost> Start(params (string Name, string Value)[] settings) => await RunningHost.Start(Folder, [RunningHost.On(await Database()), .. settings]);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await NothingIsLeft();
        foreach (var folder in Folders()) Directory.Delete(folder, recursive: true);
        if (database is not null) await database.DisposeAsync();
    }

    protected Task NothingIsLeft() => Eventually.Holds($"no process of {Folder} is left", () => Folders().All(folder => RunningHost.ProcessesOf(folder).Count == 0));

    /// <summary>Waits until the embedded provider has written that something happened.</summary>
    protected Task Logged(string what) => Eventually.Holds(
        $"the provider's log says {what}", () => RunningHost.ReadProviderLog(Folder).Any(l => l.GetProperty("what").GetString() == what));

    private string[] Folders() => Elsewhere is { } elsewhere ? [Folder, elsewhere] : [Folder];
}
