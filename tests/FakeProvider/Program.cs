using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using VideoGen.Fakes;

// A provider of videos that goes wrong as asked, in a process of its own, until its standard input is closed.
// fake-provider LOG VIDEO PORT JOB-MILLISECONDS KEYS: port 0 is any; whoever has a key that begins so is an account of its own.
// Prints the address that it listens on as a provider, and the one for PUT /control/faults, /control/holds and /control/style.
var (logPath, videoPath, port, jobTime, keys) = (args[0], args[1], int.Parse(args[2], CultureInfo.InvariantCulture), TimeSpan.FromMilliseconds(int.Parse(args[3], CultureInfo.InvariantCulture)), args[4]);
using var log = new ProviderLog(logPath);
var time = TimeProvider.System;
var jobs = new Jobs(time, jobTime);
foreach (var line in log.Before) jobs.Apply(line);
var faults = new FaultList();
var holds = new HoldList();
var desk = new Desk(log, jobs, faults, holds, new Answers(time), time);
var video = await File.ReadAllBytesAsync(videoPath);

var builder = WebApplication.CreateSlimBuilder([]);
builder.Logging.ClearProviders();
builder.WebHost.ConfigureKestrel(kestrel =>
{
    kestrel.Limits.MaxRequestBodySize = null;
    kestrel.Listen(IPAddress.Loopback, port, listen => listen.Use(next => connection =>
    {
        if (desk.NewConnection() is null) return next(connection);
        Answers.Reset(connection.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket);
        return Task.CompletedTask;
    }));
    kestrel.Listen(IPAddress.Loopback, 0);
});
var app = builder.Build();
app.Use((context, next) =>
{
    if (!context.Request.Path.StartsWithSegments("/control", StringComparison.Ordinal)) desk.Arrived(context);
    return next(context);
});
new OpenAiShape(desk, keys, video).Map(app);
new KlingShape(desk, keys, video).Map(app);
new VertexShape(desk, keys, video).Map(app);
var replicate = new ReplicateShape(desk, keys, video);
replicate.Map(app);
using var callbacks = new Callbacks(desk, faults, replicate.HasEnded, job => replicate.Resource(app.Urls.First(), job), time);
desk.OnMade = job =>
{
    if (job.Webhook is not null) _ = callbacks.Send(job);
};
app.MapPut("/control/faults", async context =>
{
    faults.Set((await context.Request.ReadFromJsonAsync<Fault[]>(ProviderLog.Json))!);
    context.Response.StatusCode = StatusCodes.Status204NoContent;
});
app.MapPut("/control/holds", async context =>
{
    holds.Set((await context.Request.ReadFromJsonAsync<Hold[]>(ProviderLog.Json))!);
    context.Response.StatusCode = StatusCodes.Status204NoContent;
});
app.MapPut("/control/style", async context =>
{
    desk.Style = (await context.Request.ReadFromJsonAsync<ServerStyle>(ProviderLog.Json))!;
    context.Response.StatusCode = StatusCodes.Status204NoContent;
});
await app.StartAsync();
Console.WriteLine($"listening {string.Join(' ', app.Urls)}");

await using var input = Console.OpenStandardInput();
var ignored = new byte[256];
while (await input.ReadAsync(ignored) > 0)
{
    // Only its end means anything.
}

// Nothing is tidied up: what is not in the log never was.
Environment.Exit(0);
