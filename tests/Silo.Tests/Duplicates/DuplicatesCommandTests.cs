using VideoGen.Silo.Tests.Hosting;
using VideoGen.Storage.Processes;

namespace VideoGen.Silo.Tests.Duplicates;

/// <summary>The command as a person runs it.</summary>
public sealed class DuplicatesCommandTests : OnHostFolder
{
    private const string List =
        "id,who,Prompt,status,created,cost\r\n" +
        "a,ann,\"A cat, \"\"surfing\"\"\nat sunset\",failed,2026-11-21T12:00:00Z,$3.20\r\n" +
        "b,ann,\"A cat,  \"\"surfing\"\"\nat sunset \",completed,2026-11-21T12:03:00Z,4\r\n" +
        "c,bob,A dog,completed,2026-11-21T12:04:00Z,\r\n";

    [Fact]
    public async Task A_list_is_looked_into_and_a_marked_copy_is_written_only_where_it_is_asked_for_and_once()
    {
        var list = Path.Combine(Folder, "list.csv");
        var marked = Path.Combine(Folder, "marked.csv");
        await File.WriteAllTextAsync(list, List);

        var dry = await Run(list, "--user", "who");
        Assert.True(dry.Code == 0, dry.Said);
        Assert.Equal(
            "Row 1 (ann, 2026-11-21 12:00:00Z, failed, 3.20 USD) is a duplicate of row 2 (2026-11-21 12:03:00Z, completed).\n1 of 3 videos are duplicates: 3.20 of 7.20 USD.",
            dry.Printed.Trim());
        Assert.Equal([list], Directory.GetFileSystemEntries(Folder));

        Assert.Equal(0, (await Run(list, "--user", "who", "--output", marked)).Code);
        var rows = List.Split("\r\n");
        Assert.Equal($"{rows[0]},duplicate_of\r\n{rows[1]},2\r\n{rows[2]},\r\n{rows[3]},\r\n", await File.ReadAllTextAsync(marked));
        Assert.Equal(List, await File.ReadAllTextAsync(list));

        // Marked again, another column is not added; and without them, the rest is as it was.
        var again = Path.Combine(Folder, "again.csv");
        Assert.Equal(0, (await Run(marked, "--user", "who", "--output", again)).Code);
        Assert.Equal(await File.ReadAllTextAsync(marked), await File.ReadAllTextAsync(again));
        var without = Path.Combine(Folder, "without.csv");
        Assert.Equal(0, (await Run(list, "--user", "who", "--output", without, "--delete")).Code);
        Assert.Equal($"{rows[0]}\r\n{rows[2]}\r\n{rows[3]}\r\n", await File.ReadAllTextAsync(without));

        Assert.Equal(1, (await Run(list, "--user", "who", "--output", list)).Code); // Never over what is there.
        Assert.Equal(List, await File.ReadAllTextAsync(list));
    }

    [Fact]
    public async Task What_is_wrong_is_said_in_a_sentence()
    {
        var list = Path.Combine(Folder, "list.csv");
        await File.WriteAllTextAsync(list, List);
        Assert.Contains("no column 'user' or 'user_id'. It has: id, who, Prompt", (await Run(list)).Said, StringComparison.Ordinal);
        Assert.Contains("Row 1 has no cost", (await Run(list, "--user", "who", "--cost", "id")).Said, StringComparison.Ordinal);
        Assert.Contains("Row 1 has no time", (await Run(list, "--user", "who", "--created", "id")).Said, StringComparison.Ordinal);
        Assert.Contains("Column status is what duplicates are found by", (await Run(list, "--user", "who", "--mark", "status", "--output", Path.Combine(Folder, "new.csv"))).Said, StringComparison.Ordinal);
        Assert.Contains("Which?", (await Run()).Said, StringComparison.Ordinal);
        Assert.Equal(1, (await Run(Path.Combine(Folder, "nowhere.csv"))).Code);
    }

    [Fact]
    public async Task Our_own_database_has_none()
    {
        await using (var host = await RunningHost.Start(Folder))
        {
            await host.Ended(await host.Accepted("a cat"));
            Assert.Equal(0, (await Run("--self")).Code); // Beside the host.
            Assert.Equal(0, await host.Stop());
        }

        var none = await Run("--self");
        Assert.True(none.Code == 0, none.Said);
        Assert.Equal("0 pairs of jobs of one request within 24 hours are not proven free.", none.Printed.Trim());
    }

    private async Task<(int Code, string Printed, string Said)> Run(params string[] command)
    {
        await using var process = WatchedProcess.Start(
            "dotnet",
            [Path.Combine(AppContext.BaseDirectory, "videogen.dll"), "duplicates", .. command],
            new() { WorkingDirectory = Folder, Environment = new Dictionary<string, string?>(StringComparer.Ordinal) { ["VIDEOGEN_DATA"] = Folder } });
        var code = await process.Exited.WaitAsync(TimeSpan.FromSeconds(90));
        return (code, process.Output, process.Errors);
    }
}
