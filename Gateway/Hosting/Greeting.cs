using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using VideoGen.Access;
using VideoGen.Gateway.Pages;
using VideoGen.Requests;
using VideoGen.Storage;

namespace VideoGen.Gateway.Hosting;

/// <summary>What a person sees who started the host: where it is, and lines that work as they are.</summary>
internal static class Greeting
{
    private const string Prompt = "A cat that surfs a wave at sunset";

    /// <param name="app">The host that has started.</param>
    /// <param name="began">When the program began: the process may be older, a script that became it.</param>
    /// <param name="hasDoor">Whether videos can be asked for here.</param>
    /// <param name="more">One more line, of what else there is; null for none.</param>
    public static void Print(WebApplication app, long began, bool hasDoor = true, string? more = null)
    {
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "http://127.0.0.1:8080";
        var took = TimeProvider.System.GetElapsedTime(began);
        System.Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""

            Orleans.VideoGen listens on {address} ({took.TotalSeconds:0.0} s after the program began).
            {(hasDoor ? Lines(app.Services, address) : "It has grains and no door (Cluster:Door): /health and /metrics are here, and videos are asked for at a gateway of its cluster.")}{(more is null ? "" : "\n" + more)}

            """));
        System.Console.Out.Flush();
    }

    private static string Lines(IServiceProvider services, string address)
    {
        // Only without keys is it known who will ask, and so what the id will be.
        var keysExist = services.GetRequiredService<IClientKeys>().Latest.KeysExist;
        var curl = keysExist ? "curl -s -H \"Authorization: Bearer $VIDEOGEN_KEY\"" : "curl -s";
        var id = keysExist ? "<id>" : FirstId(services.GetRequiredService<IInstallation>().KeyRules);
        return $"""
            {(keysExist ? "Who calls needs an API key" : "Only this machine may call, until there is an API key")}: ./run keys create --client NAME
            Ask for a video:
              {curl} {address}/v1/videos -H 'Content-Type: application/json' -d '{JsonSerializer.Serialize(new { prompt = Prompt })}'
            Wait for it, and get it{(keysExist ? "" : " (the first time you ask, this is its id)")}:
              {curl} '{address}/v1/videos/{id}?wait=59'
              {curl} {address}/v1/videos/{id}/content -o video.mp4
            The operator sees and does everything at {address}{ConsolePage.Path} and over {address}/api/admin, with the key {services.GetRequiredService<OperatorKey>().Place}
            """;
    }

    private static string FirstId(int keyRules) =>
        new VideoId(VideoRequestKey.For(keyRules, new Owner(Owner.LocalClient, Owner.Everyone), Prompt), 1).ToString();
}
