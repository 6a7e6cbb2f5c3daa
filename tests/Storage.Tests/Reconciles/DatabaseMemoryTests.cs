using Microsoft.Extensions.Logging.Abstractions;
using VideoGen.Storage.Reconciles;
using VideoGen.Tests;

namespace VideoGen.Storage.Tests.Reconciles;

public sealed class DatabaseMemoryTests : IDisposable
{
    private static readonly DatabaseMark First = new("abcdefgh", "7423370000000000001", 1, new(100), null);

    private readonly string folder = Directory.CreateTempSubdirectory("videogen-memory-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task What_was_remembered_is_there_for_the_next_process_and_for_its_owner_alone()
    {
        var memory = New();
        Assert.Null(memory.Read());
        await memory.Begin(First);
        var mark = First with { Position = new(0x16_B374_D848), LastSubmit = new("n1", new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero)) };
        await memory.Remember(mark);

        Assert.Equal((mark, mark), (memory.Known, New().Read()));
        Assert.Equal(Path.Combine(folder, "database.json"), Assert.Single(Directory.GetFiles(folder)));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(memory.Path));
    }

    [Fact]
    public async Task Of_many_at_once_the_furthest_is_on_disk_when_any_of_them_is_told()
    {
        var memory = New();
        await memory.Begin(First);
        await Task.WhenAll(Enumerable.Range(1, 500).Select(i => Task.Run(async () =>
        {
            await memory.Remember(First with { Position = new((ulong)(100 + i)), LastSubmit = new($"n{i}", default) });
            Assert.True(New().Read()!.Position >= new NpgsqlTypes.NpgsqlLogSequenceNumber((ulong)(100 + i)));
        })));

        Assert.Equal((600UL, "n500"), ((ulong)New().Read()!.Position, New().Read()!.LastSubmit!.Nonce));
    }

    [Fact]
    public async Task What_begins_anew_is_remembered_although_it_is_behind()
    {
        var memory = New();
        await memory.Begin(First);
        await memory.Remember(First with { Position = new(50) });
        Assert.Equal(First, memory.Known);

        await memory.Begin(First with { Timeline = 2, Position = new(50) });
        Assert.Equal(First with { Timeline = 2, Position = new(50) }, New().Read());
    }

    [SmallDiskFact]
    public async Task A_full_disk_is_said_and_what_was_there_stays_until_there_is_room()
    {
        await using var disk = SmallDisk.Mount(megabytes: 1);
        var memory = new DatabaseMemory(disk.Folder, DatabaseMemory.Name, TimeProvider.System, NullLogger<DatabaseMemory>.Instance);
        await memory.Begin(First);
        await disk.Fill(butBytes: 0);
        var next = First with { Position = new(200) };

        await Assert.ThrowsAnyAsync<IOException>(() => memory.Remember(next));
        Assert.Contains("cannot be written", memory.Trouble, StringComparison.Ordinal);
        Assert.Equal(memory.Trouble, await memory.TryAgain());
        Assert.Equal(First, new DatabaseFile(disk.Folder, DatabaseMemory.Name).Read());
        Assert.Equal(2, Directory.GetFiles(disk.Folder).Length); // It, and what fills the disk: nothing half-written.

        disk.MakeRoom();
        Assert.Null(await memory.TryAgain());
        Assert.Equal(next, new DatabaseFile(disk.Folder, DatabaseMemory.Name).Read());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"installation":"a","system":"1","timeline":1,"position":"far"}""")]
    public void One_that_cannot_be_understood_is_not_taken_for_none(string text)
    {
        File.WriteAllText(Path.Combine(folder, DatabaseMemory.Name), text);
        Assert.Throws<InvalidDataException>(() => New().Read());
    }

    [Fact]
    public async Task A_silo_without_one_takes_that_of_its_machine_which_came_furthest()
    {
        await New(DatabaseMemory.NameFor(11111)).Begin(First);
        await New(DatabaseMemory.NameFor(11112)).Begin(First with { Position = new(300) });

        Assert.Equal((100UL, 300UL), ((ulong)New(DatabaseMemory.NameFor(11111)).Read()!.Position, (ulong)New(DatabaseMemory.NameFor(11113)).Read()!.Position));
    }

    private DatabaseMemory New(string name = DatabaseMemory.Name) => new(folder, name, TimeProvider.System, NullLogger<DatabaseMemory>.Instance);
}
