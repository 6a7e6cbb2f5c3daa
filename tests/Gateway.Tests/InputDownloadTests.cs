using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using VideoGen.Requests;

namespace VideoGen.Gateway.Tests;

/// <summary>A picture that an ask names by its address is fetched once it is known to be harmless to do so, and else refused.</summary>
public sealed class InputDownloadTests : IAsyncLifetime
{
    private static readonly byte[] Png = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 1, 2, 3];

    private readonly List<string> asked = [];
    private readonly TaskCompletionSource slow = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<string> came = Channel.CreateUnbounded<string>();
    private WebApplication pictures = null!;

    private string Address => pictures.Urls.Single();

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        pictures = builder.Build();
        pictures.Use((http, next) =>
        {
            lock (asked) asked.Add($"{http.Request.Method} {http.Request.Path} {string.Join(',', http.Request.Headers.Keys.Order(StringComparer.Ordinal))}");
            return next(http);
        });
        pictures.MapGet("/a.png", () => Results.Bytes(Png, "text/html"));
        pictures.MapGet("/gone.png", () => Results.NotFound());
        pictures.MapGet("/moved.png", () => Results.Redirect("/a.png"));
        pictures.MapGet("/page", () => Results.Text("<html>"));
        pictures.MapGet("/large.png", () => Results.Bytes([.. Png, .. new byte[200_000]]));
        pictures.MapGet("/slow.png", async (HttpContext http) =>
        {
            await http.Response.Body.WriteAsync(Png.AsMemory(0, 8));
            await http.Response.Body.FlushAsync();
            came.Writer.TryWrite(http.Request.Path);
            await slow.Task.WaitAsync(http.RequestAborted);
        });
        await pictures.StartAsync();
    }

    public async Task DisposeAsync() => await pictures.DisposeAsync();

    [Fact]
    public async Task It_is_fetched_with_nothing_of_ours_and_stored_by_what_it_is()
    {
        await using var door = await Open();
        Assert.Equal(200, (await Ask(door, $"{Address}/a.png")).Status);
        Assert.Equal(Png, Assert.Single(door.Inputs.Stored).Value);
        Assert.Equal("image/png", Assert.Single(door.Grain.Asks).Input!.MediaType);
        Assert.Equal("GET /a.png Host", Assert.Single(asked));
    }

    [Theory]
    [InlineData("/gone.png", "answered 404")]
    [InlineData("/moved.png", "redirects are not followed")]
    [InlineData("/page", "PNG, JPEG or WebP")]
    [InlineData("/large.png", "at most 100000 bytes")]
    [InlineData("/slow.png", "within 1 s")]
    public async Task What_is_no_picture_or_does_not_come_is_refused_and_nothing_is_asked_for(string path, string said)
    {
        await using var door = await Open();
        AssertRefused(door, await Ask(door, Address + path), said);
        Assert.DoesNotContain(asked, line => path == "/moved.png" && line.Contains("a.png", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_that_nobody_answers_at_is_refused()
    {
        await using var door = await Open();
        var nobody = Address;
        await pictures.StopAsync();
        AssertRefused(door, await Ask(door, $"{nobody}/a.png"), "cannot be reached");
    }

    [Theory]
    [InlineData("https://127.0.0.1/a.png")]
    [InlineData("https://localhost/a.png")]
    [InlineData("https://2130706433/a.png")]
    [InlineData("https://0x7f000001/a.png")]
    [InlineData("https://0177.0.0.1/a.png")]
    [InlineData("https://127.1/a.png")]
    [InlineData("https://[::1]/a.png")]
    [InlineData("https://[::ffff:127.0.0.1]/a.png")]
    [InlineData("https://[::ffff:7f00:1]/a.png")]
    [InlineData("https://10.1.2.3/a.png")]
    [InlineData("https://169.254.169.254/latest/meta-data/")]
    [InlineData("https://[fd00::1]/a.png")]
    public async Task No_address_that_is_not_public_is_asked_however_it_is_written(string address)
    {
        await using var door = await Open(privately: false);
        AssertRefused(door, await Ask(door, address), "no address on the public internet");
    }

    [Theory]
    [InlineData("http://example.com/a.png")]
    [InlineData("file:///etc/passwd")]
    [InlineData("gopher://example.com/a")]
    [InlineData("/etc/passwd")]
    [InlineData("https://")]
    public async Task Nothing_but_https_is_an_address(string address)
    {
        await using var door = await Open(privately: false);
        AssertRefused(door, await Ask(door, address), "https address");
    }

    [Fact]
    public async Task One_with_a_password_is_refused()
    {
        await using var door = await Open(privately: false);
        AssertRefused(door, await Ask(door, "https://me:secret@example.com/a.png"), "without a name and password");
    }

    [Fact]
    public async Task One_client_whose_pictures_are_slow_holds_up_nobody_elses()
    {
        await using var door = await Open(timeout: TimeSpan.FromSeconds(60));
        var (bot, app) = (door.Keys.Make("bot"), door.Keys.Make("app"));
        var held = Enumerable.Range(0, 20).Select(_ => Ask(door, $"{Address}/slow.png", bot)).ToArray();
        for (var i = 0; i < 4; i++) await came.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(200, (await Ask(door, $"{Address}/a.png", app).WaitAsync(TimeSpan.FromSeconds(30))).Status);

        Assert.Equal(4, Fetched("/slow.png"));
        slow.SetResult();
        await Task.WhenAll(held);
        Assert.Equal(20, Fetched("/slow.png"));
    }

    [Fact]
    public async Task Whoever_finds_no_place_in_time_is_told_to_ask_again()
    {
        await using var door = await Open();
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Ask(door, $"{Address}/slow.png")));

        var refused = answers.Where(answer => answer.Status == 503).ToArray();
        Assert.NotEmpty(refused);
        Assert.All(refused, answer => Assert.Equal(("unavailable", "input_reference", "5", "false"), (answer.Code, (string?)answer.Error["param"], answer.Header("Retry-After"), answer.Header("x-should-retry"))));
        Assert.All(refused, answer => Assert.Contains("too many pictures are being fetched", answer.Message, StringComparison.Ordinal));
        Assert.All(answers.Except(refused), answer => Assert.Equal(400, answer.Status));
        Assert.Empty(door.Grain.Asks);
    }

    private int Fetched(string path)
    {
        lock (asked) return asked.Count(line => line.StartsWith($"GET {path} ", StringComparison.Ordinal));
    }

    private static void AssertRefused(Door door, Answer answer, string said)
    {
        Assert.Equal((400, "invalid_value", "input_reference"), (answer.Status, answer.Code, (string?)answer.Error["param"]));
        Assert.Contains(said, answer.Message, StringComparison.Ordinal);
        Assert.Empty(door.Grain.Asks);
        Assert.Empty(door.Inputs.Stored);
    }

    private static async Task<Door> Open(bool privately = true, TimeSpan? timeout = null)
    {
        var door = await Door.Open(services => services.Configure<GatewayOptions>(options => (options.PrivateInputs, options.InputTimeout, options.InputLimitBytes) = (privately, timeout ?? TimeSpan.FromSeconds(1), 100_000)));
        door.Grain.OnAsk = _ => Task.FromResult<AskAnswer>(new AskAnswer.Accepted(Views.Queued, Dedup.New));
        return door;
    }

    private static async Task<Answer> Ask(Door door, string address, string? key = null)
    {
        using var body = new StringContent($$$"""{"prompt":"x","model":"paid-1","input_reference":{"image_url":"{{{address}}}"}}""", Encoding.UTF8, "application/json");
        return await door.Send(HttpMethod.Post, "/v1/videos", body, key is null ? [] : [("Authorization", $"Bearer {key}")]);
    }
}
