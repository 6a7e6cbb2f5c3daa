using System.Diagnostics;
using System.Text.Json;

namespace VideoGen.Silo.Tests.Clients;

/// <summary>An official Node client, installed once beside the tests, from its lock file.</summary>
internal sealed class NodeClient
{
    private static readonly NodeClient OpenAi6 = new("node", "openai"), OpenAi7 = new("node7", "openai");

    /// <summary>Replicate's, which drives the fake that our adapter is tested with.</summary>
    public static readonly NodeClient Replicate = new("replicate", "replicate");

    /// <summary>Google's, which drives the same.</summary>
    public static readonly NodeClient Google = new("google", "@google/genai");

    private static readonly TimeSpan InstallPatience = TimeSpan.FromMinutes(3), StoryPatience = TimeSpan.FromMinutes(2);
    private readonly string folder;
    private readonly Lazy<Task> installed;

    private NodeClient(string name, string package)
    {
        folder = Path.Combine(AppContext.BaseDirectory, "Clients", name);
        installed = new(() => Install(package));
    }

    /// <summary>OpenAI's, which drives us, of a major version: 6 or 7.</summary>
    public static NodeClient OpenAi(int version) => version == 6 ? OpenAi6 : OpenAi7;

    /// <summary>Tells one story of <c>drive.mjs</c>, and what else it wants to be told; what it printed.</summary>
    public async Task<JsonElement> Tell(Uri address, params string[] story)
    {
        await installed.Value;
        return JsonDocument.Parse(await Run("node", ["drive.mjs", address.GetLeftPart(UriPartial.Authority), .. story], StoryPatience)).RootElement;
    }

    private async Task Install(string package)
    {
        if (!Directory.Exists(Path.Combine(folder, "node_modules", package))) await Run("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"], InstallPatience);
    }

    private async Task<string> Run(string program, string[] arguments, TimeSpan patience)
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
