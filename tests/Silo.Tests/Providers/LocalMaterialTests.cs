using System.Diagnostics;
using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Requests;

namespace VideoGen.Silo.Tests.Providers;

/// <summary>What a video of the embedded provider is made from: another video's look, or a picture.</summary>
public sealed class LocalMaterialTests : IClassFixture<TestFolder>
{
    private readonly string root;

    public LocalMaterialTests(TestFolder folder) => root = Path.Combine(folder.Root, Guid.NewGuid().ToString("N"));

    [Fact]
    public async Task A_remix_has_the_look_of_its_source_and_of_that_one_s_source()
    {
        await using var host = await LocalHost.Started(root);
        var first = await host.Finished("k-1", "A small red boat");
        var second = await Remix(host, "k-2", "At night", first);
        var third = await Remix(host, "k-3", "With a whale", second);
        Assert.Equal(["A small red boat", "A small red boat"], new[] { second, third }.Select(host.Jobs.ReadLook));
        Assert.IsType<CheckReply.Finished>(await host.End(third));
    }

    [Fact]
    public async Task A_remix_of_a_job_that_is_forgotten_is_refused_and_makes_no_job()
    {
        await using var host = await LocalHost.Started(root);
        var order = LocalHost.Order("k-1") with { SourceJobId = "local_" + new string('0', 32) };
        var reply = Assert.IsType<SubmitReply.NoJob>(await host.Videos.Submit(order, LocalHost.Open, CancellationToken.None));
        Assert.Equal((FailureKind.Refused, "source_forgotten"), (reply.Failure.Kind, reply.Failure.Code));
        Assert.IsType<FindReply.Nothing>(await host.Find("k-1"));
    }

    [Theory]
    [InlineData("png")]
    [InlineData("jpg")]
    [InlineData("webp")]
    public async Task A_picture_fills_the_frame_behind_what_moves(string extension)
    {
        await using var host = await LocalHost.Started(root);
        var job = await Guided(host, await Picture(extension, "color=c=red:s=300x300"));
        Assert.IsType<CheckReply.Finished>(await host.End(job));
        var video = await Ffprobe.Read(host.Jobs.VideoOf(job));
        Assert.Equal((320, 180, 24), (video.Width, video.Height, video.Frames));
        // Red from edge to edge, whatever the prompt's own colours are.
        var (red, green, blue) = await Colour(host.Jobs.VideoOf(job));
        Assert.True(red > 2 * green && red > 2 * blue, $"{red} {green} {blue}");
    }

    [Fact]
    public async Task A_picture_that_cannot_be_read_is_refused_after_all_and_costs_nothing()
    {
        await using var host = await LocalHost.Started(root);
        var failed = Assert.IsType<CheckReply.Failed>(await host.End(await Guided(host, (await Picture("png", "color=c=red:s=300x300"))[..60])));
        Assert.Equal((FailureKind.Refused, "input_unreadable", Charged.No), (failed.Failure.Kind, failed.Failure.Code, failed.Charged));
    }

    [Fact]
    public async Task A_picture_that_is_not_in_the_store_any_more_makes_no_job()
    {
        await using var host = await LocalHost.Started(root);
        var order = LocalHost.Order("k-1") with { Input = new(new string('a', 64), "image/png") };
        var reply = Assert.IsType<SubmitReply.NoJob>(await host.Videos.Submit(order, LocalHost.Open, CancellationToken.None));
        Assert.Equal((FailureKind.Refused, "input_gone"), (reply.Failure.Kind, reply.Failure.Code));
    }

    private static async Task<string> Remix(LocalHost host, string key, string prompt, string source) => Assert.IsType<SubmitReply.Accepted>(
        await host.Videos.Submit(LocalHost.Order(key, prompt) with { SourceJobId = source }, LocalHost.Open, CancellationToken.None)).JobId;

    private static async Task<string> Guided(LocalHost host, byte[] picture)
    {
        using var bytes = new MemoryStream(picture);
        var type = picture[0] switch { 0x89 => "image/png", 0xFF => "image/jpeg", _ => "image/webp" };
        var input = await host.Get<IInputFiles>().Save(bytes, type, CancellationToken.None);
        return Assert.IsType<SubmitReply.Accepted>(await host.Videos.Submit(LocalHost.Order("k-1") with { Input = input }, LocalHost.Open, CancellationToken.None)).JobId;
    }

    private async Task<byte[]> Picture(string extension, string source)
    {
        Directory.CreateDirectory(root);
        var path = Path.Combine(root, $"picture.{extension}");
        await Run("ffmpeg", ["-loglevel", "error", "-f", "lavfi", "-i", source, "-frames:v", "1", "-y", path]);
        return await File.ReadAllBytesAsync(path);
    }

    // The whole frame as one pixel.
    private static async Task<(int Red, int Green, int Blue)> Colour(string video)
    {
        var pixel = await Run("ffmpeg", ["-loglevel", "error", "-i", video, "-frames:v", "1", "-vf", "scale=1:1:flags=area,format=rgb24", "-f", "rawvideo", "-"]);
        return (pixel[0], pixel[1], pixel[2]);
    }

    private static async Task<byte[]> Run(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true })!;
        using var output = new MemoryStream();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        await process.StandardOutput.BaseStream.CopyToAsync(output, deadline.Token);
        await process.WaitForExitAsync(deadline.Token);
        Assert.Equal(0, process.ExitCode);
        return output.ToArray();
    }
}
