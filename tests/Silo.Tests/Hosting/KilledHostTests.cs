namespace VideoGen.Silo.Tests.Hosting;

/// <summary>kill -9 of the real process: nothing that it accepted is lost, and nothing is paid twice.</summary>
public sealed class KilledHostTests : OnHostFolder
{
    [Theory]
    [InlineData("right after the answer")]
    [InlineData("in mid-render")]
    [InlineData("between finished and saved")]
    public async Task A_killed_host_loses_nothing_and_pays_once(string moment)
    {
        var (seconds, size) = moment == "in mid-render" ? (4, "1280x720") : (1, "320x180");
        string id;
        await using (var host = await RunningHost.Start(Folder, ("Requests__CheckEvery", "00:00:05")))
        {
            id = await host.Accepted("a video that is worth waiting for", seconds, size);
            if (moment == "in mid-render") await Logged("render_started");
            if (moment == "between finished and saved") await Logged("finished");
            await host.Kill();
        }

        await NothingIsLeft();
        Assert.Empty(Directory.Exists(Path.Combine(Folder, "videos")) ? Directory.GetFiles(Path.Combine(Folder, "videos"), "*.mp4", SearchOption.AllDirectories) : []);

        await using var again = await RunningHost.Start(Folder);
        var ended = await again.Ended(id);
        Assert.Equal("completed", ended.GetProperty("status").GetString());
        Assert.Single(again.ProviderLog, l => l.GetProperty("what").GetString() == "submit");
        // A look for a job that was not ordered yet names none.
        Assert.Single(again.ProviderLog.Where(l => l.TryGetProperty("jobId", out _)).Select(l => l.GetProperty("jobId").GetString()).Distinct());
        Assert.Equal(1, (await again.Stats()).GetProperty("stats").GetProperty("total_videos").GetInt32());
        Assert.Equal(id, await again.Accepted("a video that is worth waiting for", seconds, size));
    }
}
