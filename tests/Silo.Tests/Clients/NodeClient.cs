using System.Diagnostics;
using System.Text.Json;

namespace VideoGen.Silo.Tests.Clients;

/// <summary>The official Node client, installed once beside the tests, from its lock file.</summary>
internal static class NodeClient
{
    private static readonly TimeSpan InstallPatience = TimeSpan.FromMinutes(3), StoryPatience = TimeSpan.FromMinutes(2);
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Clients", "node");
    private static readonly Lazy<Task> Installed = new(Install);

    /// <summary>Tells one story of <c>drive.mjs</c>; what it printed.</summary>
    public static async Task<JsonElement> Tell(Uri address, string story)
    {
        await Installed.Value;
        return JsonDocument.Parse(await Run("node", ["drive.mjs", address.GetLeftPart(UriPartial.Authority), story], StoryPatience)).RootElement;
    }

    private static async Task Install()
    {
        if (!Directory.Exists(Path.Combine(Folder, "node_modules", "openai"))) await Run("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"], InstallPatience);
    }

    private static async Task<string> Run(string program, string[] arguments, TimeSpan patience)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = Folder, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
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
