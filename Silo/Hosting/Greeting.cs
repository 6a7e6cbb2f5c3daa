using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using VideoGen.Access;
using VideoGen.Requests;
using VideoGen.Storage;

namespace VideoGen.Silo.Hosting;

/// <summary>What a person sees who started the host: where it is, and lines that work as they are.</summary>
internal static class Greeting
{
    private const string Prompt = "A cat that surfs a wave at sunset";

    /// <param name="app">The host that has started.</param>
    /// <param name="began">When the program began: the process may be older, a script that became it.</param>
    public static void Print(WebApplication app, long began)
    {
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "http://127.0.0.1:8080";
        var took = TimeProvider.System.GetElapsedTime(began);
        var owner = new Owner(Owner.LocalClient, Owner.Everyone);
        var id = new VideoId(VideoRequestKey.For(app.Services.GetRequiredService<IInstallation>().KeyRules, owner, Prompt), 1);
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""

            Orleans.VideoGen listens on {address} ({took.TotalSeconds:0.0} s after the program began).
            Ask for a video:
              curl -s {address}/v1/videos -H 'Content-Type: application/json' -d '{JsonSerializer.Serialize(new { prompt = Prompt })}'
            Wait for it, and get it (the first time you ask, this is its id):
              curl -s '{address}/v1/videos/{id}?wait=59'
              curl -s {address}/v1/videos/{id}/content -o video.mp4

            """));
        Console.Out.Flush();
    }
}
