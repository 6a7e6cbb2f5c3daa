using System.Diagnostics;

namespace VideoGen.Tests;

/// <summary>A folder beside the tests with a package of npm, installed once from its lock file.</summary>
internal sealed class NodeFolder(string folder, string package)
{
    private static readonly TimeSpan InstallPatience = TimeSpan.FromMinutes(3);
    private readonly Lazy<Task> installed = new(() => Install(folder, package));

    /// <summary>Where it is, once the package is in it.</summary>
    public async Task<string> Installed()
    {
        await installed.Value;
        return folder;
    }

    /// <summary>Runs a program there to its end; what it printed.</summary>
    public Task<string> Run(string program, string[] arguments, TimeSpan patience) => Run(folder, program, arguments, patience);

    private static async Task Install(string folder, string package)
    {
        if (!Directory.Exists(Path.Combine(folder, "node_modules", package))) await Run(folder, "npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"], InstallPatience);
    }

    private static async Task<string> Run(string folder, string program, string[] arguments, TimeSpan patience)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        using var deadline = new CancellationTokenSource(patience);
        try
        {
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(deadline.Token), process.StandardError.ReadToEndAsync(deadline.Token));
            await process.WaitForExitAsync(deadline.Token);
            Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {await output}{await errors}");
            return await output;
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }
}
