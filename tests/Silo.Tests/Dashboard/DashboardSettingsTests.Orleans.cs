using System.ComponentModel.DataAnnotations;
using System.Text;
using VideoGen.Silo.Dashboard;
using VideoGen.Silo.Tests.Providers;

namespace VideoGen.Silo.Tests.Dashboard;

/// <summary>Where the dashboard may be, and which key is the operator's.</summary>
public sealed class DashboardSettingsTests
{
    // What printf %s secret | sha256sum prints.
    private const string HashOfSecret = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";

    [Theory]
    [InlineData(null, true)]
    [InlineData("", false)]
    [InlineData("http://127.0.0.1:9000", true)]
    [InlineData("http://localhost:9000/", true)]
    [InlineData("http://[::1]:9000", true)]
    public void An_address_of_this_machine_needs_no_leave(string? url, bool isLoopback)
    {
        var settings = new DashboardSettings { Url = url };

        Assert.Empty(Wrong(settings));
        Assert.Equal(isLoopback, settings.IsLoopback);
    }

    [Theory]
    [InlineData("8081")]
    [InlineData("127.0.0.1:8081")]
    [InlineData("https://127.0.0.1:8081")]
    [InlineData("http://127.0.0.1:8081/dashboard")]
    [InlineData("http://*:8081")]
    [InlineData("ftp://127.0.0.1")]
    public void What_is_no_address_is_refused_with_one(string url) =>
        Assert.Contains("is an address such as http://127.0.0.1:8081", Assert.Single(Wrong(new() { Url = url, Open = true })), StringComparison.Ordinal);

    [Theory]
    [InlineData("http://0.0.0.0:8081")]
    [InlineData("http://192.168.0.7:8081")]
    [InlineData("http://ops.example:8081")]
    public void Other_machines_reach_it_only_where_somebody_said_so(string url)
    {
        Assert.Contains("set Dashboard:Open to true", Assert.Single(Wrong(new() { Url = url })), StringComparison.Ordinal);
        Assert.Empty(Wrong(new() { Url = url, Open = true }));
    }

    [Fact]
    public void A_key_instead_of_its_hash_is_refused() =>
        Assert.Contains("Dashboard:KeySha256 must be the SHA-256", Assert.Single(Wrong(new() { KeySha256 = "secret" })), StringComparison.Ordinal);

    [Theory]
    [InlineData("Bearer secret", true)]
    [InlineData("bearer secret", true)]
    [InlineData("Bearer Secret", false)]
    [InlineData("Bearer", false)]
    [InlineData("secret", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public async Task The_configured_key_opens(string? authorization, bool opens)
    {
        using var folder = new TestFolder();
        var key = await OperatorKey.Find(new() { KeySha256 = HashOfSecret }, folder.Root, CancellationToken.None);

        Assert.Equal(opens, key.IsIn(authorization));
        Assert.Empty(Directory.GetFiles(folder.Root));
    }

    [Theory]
    [InlineData("operator:secret", true)]
    [InlineData("operator:secret:", false)]
    [InlineData("operator:", false)]
    [InlineData("Operator:secret", false)]
    [InlineData(":secret", false)]
    [InlineData("secret", false)]
    public async Task A_browser_sends_it_as_the_password_of_one_user(string pair, bool opens)
    {
        using var folder = new TestFolder();
        var key = await OperatorKey.Find(new() { KeySha256 = HashOfSecret }, folder.Root, CancellationToken.None);

        Assert.Equal(opens, key.IsIn("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(pair))));
    }

    [Fact]
    public async Task Without_one_a_key_is_drawn_once()
    {
        using var folder = new TestFolder();
        await OperatorKey.Find(new(), folder.Root, CancellationToken.None);
        var drawn = (await File.ReadAllTextAsync(Path.Combine(folder.Root, "operator.key"))).Trim();
        var again = await OperatorKey.Find(new(), folder.Root, CancellationToken.None);

        Assert.Equal(40, drawn.Length);
        Assert.True(again.IsIn($"Bearer {drawn}"));
        Assert.DoesNotContain(drawn, again.Place, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_file_is_no_key()
    {
        using var folder = new TestFolder();
        await File.WriteAllTextAsync(Path.Combine(folder.Root, "operator.key"), "\n");

        var refused = await Assert.ThrowsAsync<IOException>(() => OperatorKey.Find(new(), folder.Root, CancellationToken.None));
        Assert.Contains("operator.key is empty: remove it", refused.Message, StringComparison.Ordinal);
    }

    private static List<string> Wrong(DashboardSettings settings)
    {
        var wrong = new List<ValidationResult>();
        _ = Validator.TryValidateObject(settings, new(settings), wrong, validateAllProperties: true);
        return [.. wrong.Select(w => w.ErrorMessage!)];
    }
}
