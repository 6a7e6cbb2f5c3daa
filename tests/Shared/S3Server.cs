using System.Globalization;
using VideoGen.Storage.Processes;

namespace VideoGen.Tests;

/// <summary>
/// A real S3 server, s3rver, in a process of its own on this machine, on a folder that outlives it. What it does not do: it ignores
/// <c>If-None-Match</c> of writes, has no AbortMultipartUpload and no ListMultipartUploads (<see cref="S3Line"/> stands in for those three);
/// it looks at the access key and at the end of a link, and at no signature of version 4; and it writes a small object where it lies, so
/// that killed in the middle it leaves half of one. For those two there is the AWS SDK, and Amazon's word.
/// </summary>
internal sealed class S3Server : IAsyncDisposable
{
    public const string Bucket = "bucket-of-tests", Key = "S3RVER";

    private const string ObjectEnding = "._S3rver_object";

    private static readonly NodeFolder Node = new(Path.Combine(AppContext.BaseDirectory, "S3Server"), "s3rver");
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);

    private readonly WatchedProcess process;

    private S3Server(WatchedProcess process, string folder, Uri address) => (this.process, Folder, Address) = (process, folder, address);

    public Uri Address { get; }

    public string Folder { get; }

    /// <param name="folder">Where it keeps everything; with the bucket in it, afterwards.</param>
    /// <param name="port">0 for one that is free.</param>
    public static async Task<S3Server> Start(string folder, int port = 0)
    {
        var package = await Node.Installed();
        var listening = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var started = WatchedProcess.Start(
            "node",
            [
                "--openssl-legacy-provider", // For the tokens of its pages.
                Path.Combine(package, "node_modules/s3rver/bin/s3rver.js"), "--silent", "--directory", folder, "--address", "127.0.0.1", "--port", port.ToString(CultureInfo.InvariantCulture),
            ],
            new()
            {
                OnOutputLine = line =>
                {
                    if (line.StartsWith("S3rver listening on ", StringComparison.Ordinal)) listening.TrySetResult(int.Parse(line[(line.LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture));
                },
            });
        await Task.WhenAny(listening.Task, started.Exited, Task.Delay(StartPatience, TimeProvider.System));
        if (!listening.Task.IsCompleted)
        {
            await started.DisposeAsync();
            Assert.Fail($"s3rver did not start: {started.Output} {started.Errors}");
        }

        Directory.CreateDirectory(Path.Combine(folder, Bucket));
        return new(started, folder, new UriBuilder("http", "127.0.0.1", await listening.Task).Uri);
    }

    /// <summary>The keys in the bucket, in order.</summary>
    public static string[] Keys(string folder) => Directory.Exists(Path.Combine(folder, Bucket))
        ? [.. Directory.EnumerateFiles(Path.Combine(folder, Bucket), "*" + ObjectEnding, SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Path.Combine(folder, Bucket), file)[..^ObjectEnding.Length]).Order(StringComparer.Ordinal)]
        : [];

    /// <summary>Where the bytes of an object lie.</summary>
    public static string FileOf(string folder, string key) => Path.Combine(folder, Bucket, key) + ObjectEnding;

    /// <summary>The unfinished uploads: each a folder, with its key in the file <c>key</c>.</summary>
    public static DirectoryInfo[] Uploads(string folder) =>
        new DirectoryInfo(Path.Combine(folder, Bucket, "._S3rver_uploads")) is { Exists: true } uploads ? uploads.GetDirectories() : [];

    /// <summary>kill -9, and nothing else.</summary>
    public ValueTask DisposeAsync() => process.DisposeAsync();
}
