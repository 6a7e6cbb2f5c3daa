using System.Globalization;
using System.Text.Json;
using Microsoft.Playwright;
using VideoGen.Silo.Tests.Providers;
using static Microsoft.Playwright.Assertions;

namespace VideoGen.Silo.Tests.Pages;

/// <summary>The operator's page in a real browser, on a real host.</summary>
public sealed class ConsoleTests(ShownConsole shown) : IClassFixture<ShownConsole>
{
    private readonly List<string> troubles = [];

    [Fact]
    public async Task Only_the_operators_key_opens_it_and_signing_out_forgets_it()
    {
        var page = await shown.Open(troubles);
        await page.GotoAsync("/console");
        await page.GetByLabel("The operator's key").FillAsync("guessed");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert).First).ToContainTextAsync("needs the operator's key");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Overview" })).ToBeHiddenAsync();

        page = await shown.SignedIn(troubles);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Overview" })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await page.ReloadAsync();
        await Expect(page.GetByLabel("The operator's key")).ToBeVisibleAsync();
        Assert.Equal(0, await page.EvaluateAsync<int>("localStorage.length + sessionStorage.length"));
        Assert.Empty(troubles);
    }

    [Fact]
    public async Task It_shows_what_is_and_changes_by_itself()
    {
        var page = await shown.SignedIn(troubles);
        await Expect(page.Locator("#connection")).ToHaveTextAsync("Live");
        var running = page.Locator(".tile").Filter(new() { HasText = "running" }).Locator("b");
        var before = int.Parse(await running.InnerTextAsync(), CultureInfo.InvariantCulture);
        var live = await shown.Host.Accepted("an endless cat");
        await Eventually.Get("it runs", async () => (await shown.Host.Http.GetStringAsync($"/v1/videos/{live}")).Contains("in_progress", StringComparison.Ordinal) ? "yes" : null);
        await Expect(running).ToHaveTextAsync((before + 1).ToString(CultureInfo.InvariantCulture), new() { Timeout = 20_000 });
        await Expect(page.Locator("#money")).ToContainTextAsync("of $50.00");
        await Expect(page.Locator("#providers")).ToContainTextAsync("local");
        await Expect(page.Locator("#week table tbody tr")).ToHaveCountAsync(7);

        // And one that is stopped goes.
        await page.GotoAsync($"/console#/requests/{live}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel…" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel it" }).ClickAsync();
        await shown.Host.Ended(live);
        await page.GetByRole(AriaRole.Link, new() { Name = "Overview" }).ClickAsync();
        await Expect(running).ToHaveTextAsync(before.ToString(CultureInfo.InvariantCulture), new() { Timeout = 20_000 });
        Assert.Empty(troubles);
    }

    [Fact]
    public async Task A_pause_is_asked_back_set_with_the_keyboard_alone_and_lifted()
    {
        var page = await shown.SignedIn(troubles);
        var pause = page.GetByRole(AriaRole.Button, new() { Name = "Pause…" });
        await pause.ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "No", Exact = true }).ClickAsync();
        Assert.Equal(0, (await shown.Host.AsOperator(HttpMethod.Get, "pauses")).GetProperty("pauses").GetArrayLength());

        await pause.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByLabel("Scope")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("ControlOrMeta+a");
        await page.Keyboard.TypeAsync("client:of-the-keyboard");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.TypeAsync("Too many videos");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#pauses")).ToContainTextAsync("client:of-the-keyboard");
        await Expect(pause).ToBeFocusedAsync(); // Back where they were.
        Assert.Equal("client:of-the-keyboard", (await shown.Host.AsOperator(HttpMethod.Get, "pauses")).GetProperty("pauses")[0].GetProperty("scope").GetString());

        await page.GetByRole(AriaRole.Button, new() { Name = "Resume client:of-the-keyboard" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Resume", Exact = true }).ClickAsync();
        await Expect(page.Locator("#pauses")).ToContainTextAsync("None");
        Assert.Equal(0, (await shown.Host.AsOperator(HttpMethod.Get, "pauses")).GetProperty("pauses").GetArrayLength());

        // What the host refuses is said where it was asked.
        await pause.ClickAsync();
        await page.GetByLabel("Scope").FillAsync("nonsense");
        await page.GetByLabel("Why").FillAsync("x");
        await page.GetByRole(AriaRole.Button, new() { Name = "Pause", Exact = true }).ClickAsync();
        await Expect(page.Locator("#ask .wrong")).ToContainTextAsync("must be global");
        Assert.Empty(troubles);
    }

    [Fact]
    public async Task A_dead_letter_is_inspected_requeued_and_discarded()
    {
        var page = await shown.SignedIn(troubles);
        await page.GetByRole(AriaRole.Link, new() { Name = $"Inspect {shown.DeadLetter}" }).ClickAsync();
        await Expect(page.Locator("#record")).ToContainTextAsync("a clumsy cat");
        await Expect(page.Locator("#record")).ToContainTextAsync("waits for a person");
        await Eventually.Get("its money is given back", async () =>
            (await shown.Host.AsOperator(HttpMethod.Get, $"dead-letters/{shown.DeadLetter}")).GetProperty("money")[0].GetProperty("state").GetString() == "released" ? "yes" : null);
        await page.GetByRole(AriaRole.Button, new() { Name = $"Requeue {shown.DeadLetter}" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Requeue", Exact = true }).ClickAsync();
        await Expect(page.Locator("#record")).ToContainTextAsync("Round 2", new() { Timeout = 20_000 });

        await page.GetByRole(AriaRole.Link, new() { Name = "Overview" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = $"Discard {shown.AnotherDeadLetter}" }).ClickAsync();
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Why" }).FillAsync("The invoice has it");
        await page.GetByRole(AriaRole.Button, new() { Name = "Discard", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = $"Discard {shown.AnotherDeadLetter}" })).ToHaveCountAsync(0);
        var round = (await shown.Host.AsOperator(HttpMethod.Get, $"requests/{shown.AnotherDeadLetter}")).GetProperty("history").GetProperty("rounds")[0];
        Assert.Equal("The invoice has it", round.GetProperty("discarded").GetString());
        Assert.Empty(troubles);
    }

    [Fact]
    public async Task A_video_is_found_seen_played_and_explained()
    {
        var page = await shown.SignedIn(troubles, "#/requests");
        await page.GetByLabel("Words of the prompt").FillAsync("on a roof");
        await page.GetByRole(AriaRole.Button, new() { Name = "Search" }).ClickAsync();
        await Expect(page.Locator("#found tbody tr")).ToHaveCountAsync(1);
        await page.GetByRole(AriaRole.Link, new() { Name = "a cat on a roof" }).ClickAsync();

        var record = page.Locator("#record");
        await Expect(record).ToContainTextAsync("completed");
        await Expect(record).ToContainTextAsync("It was sent to the provider.");
        await Expect(record).ToContainTextAsync("$0.50");
        await Expect(record).ToContainTextAsync("attempt 1: job");
        await Becomes(page, "document.querySelector('#record img')?.naturalWidth > 0");
        await page.GetByRole(AriaRole.Button, new() { Name = "Play the video" }).ClickAsync();
        await Becomes(page, "document.querySelector('#record video')?.readyState >= 2");
        Assert.True(await page.EvaluateAsync<double>("document.querySelector('#record video').duration") > 0.5);
        await Picture(page, "request");

        await page.GotoAsync($"/console#/requests/{shown.Rejected}");
        await Expect(page.Locator("#record .badge")).ToHaveTextAsync("content policy");
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Content policy" })).ToContainTextAsync("content policy");
        Assert.Empty(troubles);
    }

    [Fact]
    public async Task A_script_in_a_prompt_is_a_text_everywhere()
    {
        var page = await shown.SignedIn(troubles, "#/requests");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "onerror" })).ToBeVisibleAsync();
        await page.GotoAsync($"/console#/requests/{shown.Scripted}");
        await Expect(page.Locator(".prompt")).ToHaveTextAsync(ShownConsole.Script);
        Assert.Equal(0, await page.Locator("#record img[src='x'], #record script").CountAsync());
        Assert.Equal("undefined", await page.EvaluateAsync<string>("typeof window.hit"));
        Assert.Empty(troubles);
    }

    [Theory]
    [InlineData(1_200, ColorScheme.Light)]
    [InlineData(360, ColorScheme.Dark)]
    public async Task Everybody_can_use_it_on_a_phone_too_in_the_light_and_in_the_dark(int width, ColorScheme scheme)
    {
        var page = await shown.Open(troubles, width, scheme);
        await page.GotoAsync("/console");
        await Fits(page, "sign-in", width, scheme);
        page = await shown.SignedIn(troubles, "", width, scheme);
        await Expect(page.Locator("#connection")).ToHaveTextAsync("Live");
        await Fits(page, "overview", width, scheme);
        await page.GetByRole(AriaRole.Button, new() { Name = "Pause…" }).ClickAsync();
        await Fits(page, "dialog", width, scheme);
        await page.Keyboard.PressAsync("Escape");
        await page.GetByRole(AriaRole.Link, new() { Name = "Requests" }).ClickAsync();
        await Expect(page.Locator("#found tbody tr").First).ToBeVisibleAsync();
        await Fits(page, "requests", width, scheme);
        await page.GotoAsync($"/console#/requests/{shown.Rejected}");
        await Expect(page.Locator("#record .badge")).ToHaveTextAsync("content policy");
        await Fits(page, "rejected", width, scheme);
        await page.GotoAsync($"/console#/requests/{shown.Completed}");
        await Becomes(page, "document.querySelector('#record img')?.naturalWidth > 0");
        await Fits(page, "completed", width, scheme);
        Assert.Empty(troubles);
    }

    private async Task Fits(IPage page, string name, int width, ColorScheme scheme)
    {
        await Picture(page, $"{name}-{width}-{scheme}");
        Assert.True(await page.EvaluateAsync<int>("document.documentElement.scrollWidth") <= width, $"{name} is wider than {width} px.");
        await page.EvaluateAsync(shown.AxeScript);
        var violations = await page.EvaluateAsync<JsonElement>("async () => (await axe.run()).violations.map(v => ({ id: v.id, impact: v.impact, where: v.nodes.map(n => n.target.join(' ') + ': ' + n.failureSummary).slice(0, 3) }))");
        var serious = violations.EnumerateArray().Where(violation => violation.GetProperty("impact").GetString() is "serious" or "critical").Select(violation => violation.ToString());
        Assert.Empty(serious);
    }

    // Not the browser's own way to wait for this: that needs a page which lets texts be run.
    private static Task<string> Becomes(IPage page, string condition) => Eventually.Get(condition, async () => await page.EvaluateAsync<bool>(condition) ? "yes" : null);

    private Task Picture(IPage page, string name) => page.ScreenshotAsync(new() { Path = Path.Combine(shown.Pictures, $"{name}.png"), FullPage = true });
}
