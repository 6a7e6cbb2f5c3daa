using Microsoft.Playwright;
using VideoGen.Silo.Tests.Hosting;
using VideoGen.Tests;

namespace VideoGen.Silo.Tests.Pages;

/// <summary>A host with videos of every kind, and a real browser that looks at it.</summary>
public sealed class ShownConsole : OnHostFolder, IAsyncLifetime
{
    /// <summary>What a page would do with it if it took a text for markup.</summary>
    public const string Script = "<img src=x onerror=\"window.hit=1\"><script>window.hit=1</script> & \"a cat\"";

    private static readonly NodeFolder Axe = new(Path.Combine(AppContext.BaseDirectory, "Pages", "axe"), "axe-core");

    private IPlaywright? playwright;
    private IBrowser? browser;

    internal RunningHost Host { get; private set; } = null!;

    public string Completed { get; private set; } = "";

    public string Rejected { get; private set; } = "";

    public string DeadLetter { get; private set; } = "";

    public string AnotherDeadLetter { get; private set; } = "";

    public string Scripted { get; private set; } = "";

    /// <summary>The text of axe-core, which is run in pages.</summary>
    public string AxeScript { get; private set; } = "";

    /// <summary>Where pictures of the pages are put: beside the tests, and in no repository.</summary>
    public string Pictures { get; } = Path.Combine(AppContext.BaseDirectory, "pictures");

    public new async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Host = await Start(
            ("Providers__Local__UsdPerSecond", "0.5"), ("Budgets__GlobalDailyUsd", "50"), ("Quotas__Cooldown", "00:00:00"), ("Quotas__VideosPerDay", "50"), ("Requests__MaxAttempts", "1"), ("SpendBreaker__SubmitsPerMinute", "100"),
            ("Providers__Local__FailWords__lewd", "rejected_charged"), ("Providers__Local__FailWords__clumsy", "failed_uncharged"), ("Providers__Local__FailWords__endless", "never_ends"));
        Completed = await Host.Accepted("a cat on a roof");
        Rejected = await Host.Accepted("a lewd cat");
        DeadLetter = await Host.Accepted("a clumsy cat");
        AnotherDeadLetter = await Host.Accepted("a clumsy dog");
        Scripted = await Host.Accepted(Script);
        foreach (var id in (string[])[Completed, Rejected, DeadLetter, AnotherDeadLetter, Scripted]) await Host.Ended(id);
        AxeScript = await File.ReadAllTextAsync(Path.Combine(await Axe.Installed(), "node_modules", "axe-core", "axe.min.js"));
        playwright = await Playwright.CreateAsync();
        // The sandbox of a browser needs what root has not in many containers; it shows nobody's pages but ours.
        browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = "/usr/bin/chromium", Args = ["--no-sandbox", "--disable-gpu"] });
        Directory.CreateDirectory(Pictures);
    }

    /// <summary>A tab of its own, which has never been here. What goes wrong in it, or leaves the host, is in <paramref name="troubles"/>.</summary>
    public async Task<IPage> Open(List<string> troubles, int width = 1_200, ColorScheme scheme = ColorScheme.Light)
    {
        var context = await browser!.NewContextAsync(new() { ViewportSize = new() { Width = width, Height = 800 }, ColorScheme = scheme, BaseURL = Host.Http.BaseAddress!.ToString() });
        context.SetDefaultTimeout(20_000);
        Assertions.SetDefaultExpectTimeout(20_000);
        var page = await context.NewPageAsync();
        page.PageError += (_, error) => troubles.Add(error);
        page.Console += (_, said) =>
        {
            // A refusal that the page shows is said there, too.
            if (said.Type is "error" or "warning" && !said.Text.StartsWith("Failed to load resource: the server responded with a status of", StringComparison.Ordinal)) troubles.Add(said.Text);
        };
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(Host.Http.BaseAddress.ToString(), StringComparison.Ordinal) && !request.Url.StartsWith("blob:", StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal)) troubles.Add($"It asked for {request.Url}.");
        };
        return page;
    }

    public async Task<IPage> SignedIn(List<string> troubles, string at = "", int width = 1_200, ColorScheme scheme = ColorScheme.Light)
    {
        var page = await Open(troubles, width, scheme);
        await page.GotoAsync($"/console{at}");
        await page.GetByLabel("The operator's key").FillAsync(Host.OperatorsKey);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).WaitForAsync();
        return page;
    }

    public new async Task DisposeAsync()
    {
        if (browser is not null) await browser.DisposeAsync();
        playwright?.Dispose();
        Assert.Equal(0, await Host.Stop());
        await Host.DisposeAsync();
        await base.DisposeAsync();
    }
}
