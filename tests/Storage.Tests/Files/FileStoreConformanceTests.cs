using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using VideoGen.Requests;
using VideoGen.Storage.Files;
using VideoGen.Storage.Tests.Waiting;

namespace VideoGen.Storage.Tests.Files;

/// <summary>The suite, for folders.</summary>
public sealed class FileStoreConformanceTests : VideoStoreConformance
{
    protected override async Task With(Func<StoreUnderTest, Task> test)
    {
        var root = Directory.CreateTempSubdirectory("videogen-files-").FullName;
        try
        {
            await test(new Folders(root));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private sealed class Folders(string root) : StoreUnderTest
    {
        private readonly ManualTime time = new();

        public override DateTimeOffset Now => time.GetUtcNow();

        private string Videos => Path.Combine(root, "videos");

        private string Inputs => Path.Combine(root, "inputs");

        private string Partial => Path.Combine(Videos, ".partial");

        public override void Advance(TimeSpan by) => time.Advance(by);

        public override IVideoStore New(string installation = "store001") =>
            new FileVideoStore(new() { Folder = Videos, MinFreeBytes = 1, ReserveBytes = 1 }, new Installation(installation), time, NullLogger<FileVideoStore>.Instance);

        public override IInputStore NewInputs() => new FileInputStore(Inputs, time);

        public override IReadOnlyList<string> Names() =>
            [.. Directory.EnumerateFiles(Videos, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Videos, f)).Where(name => name[0] != '.').Order(StringComparer.Ordinal)];

        public override int Unfinished() => Directory.GetFiles(Partial).Length;

        public override async Task LeaveUnfinished()
        {
            var file = Path.Combine(Partial, RandomNumberGenerator.GetHexString(32, lowercase: true));
            await File.WriteAllTextAsync(file, "half");
            File.SetLastWriteTimeUtc(file, Now.UtcDateTime);
        }

        public override void Age(string name, TimeSpan ago)
        {
            foreach (var file in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Where(f => f.EndsWith(name, StringComparison.Ordinal))) File.SetLastWriteTimeUtc(file, (Now - ago).UtcDateTime);
        }

        public override Task PutForeign(string name) => File.WriteAllTextAsync(Path.Combine(Videos, name), "not ours");

        public override Task Lose()
        {
            Directory.Move(Videos, Videos + "-away");
            return Task.CompletedTask;
        }

        public override Task GiveBack()
        {
            Directory.Move(Videos + "-away", Videos);
            return Task.CompletedTask;
        }
    }

    private sealed record Installation(string Id) : IInstallation
    {
        public int KeyRules => 1;
    }
}
