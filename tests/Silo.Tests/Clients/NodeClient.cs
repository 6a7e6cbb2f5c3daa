using System.Text.Json;
using VideoGen.Tests;

namespace VideoGen.Silo.Tests.Clients;

/// <summary>An official Node client, installed once beside the tests, from its lock file.</summary>
internal sealed class NodeClient
{
    private static readonly NodeClient OpenAi6 = new("node", "openai"), OpenAi7 = new("node7", "openai");

    /// <summary>Replicate's, which drives the fake that our adapter is tested with.</summary>
    public static readonly NodeClient Replicate = new("replicate", "replicate");

    /// <summary>Google's, which drives the same.</summary>
    public static readonly NodeClient Google = new("google", "@google/genai");

    private static readonly TimeSpan StoryPatience = TimeSpan.FromMinutes(2);
    private readonly NodeFolder folder;

    private NodeClient(string name, string package) => folder = new(Path.Combine(AppContext.BaseDirectory, "Clients", name), package);

    /// <summary>OpenAI's, which drives us, of a major version: 6 or 7.</summary>
    public static NodeClient OpenAi(int version) => version == 6 ? OpenAi6 : OpenAi7;

    /// <summary>Tells one story of <c>drive.mjs</c>, and what else it wants to be told; what it printed.</summary>
    public async Task<JsonElement> Tell(Uri address, params string[] story)
    {
        await folder.Installed();
        return JsonDocument.Parse(await folder.Run("node", ["drive.mjs", address.GetLeftPart(UriPartial.Authority), .. story], StoryPatience)).RootElement;
    }
}
