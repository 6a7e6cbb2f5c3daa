using System.ComponentModel.DataAnnotations;
using System.Text;
using VideoGen.Access;
using VideoGen.Silo.Dashboard;

namespace VideoGen.Silo.Tests.Dashboard;

/// <summary>Where the dashboard may be, and how the operator's key is sent to it.</summary>
public sealed class DashboardSettingsTests
{
    private static readonly OperatorKey Secret = new(OperatorKey.HashOf("secret"), "nowhere");

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

    [Theory]
    [InlineData("Bearer secret", true)]
    [InlineData("bearer secret", true)]
    [InlineData("Bearer Secret", false)]
    [InlineData("Bearer", false)]
    [InlineData("secret", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void The_key_opens_as_a_token(string? authorization, bool opens) => Assert.Equal(opens, DashboardPassword.IsIn(authorization, Secret));

    [Theory]
    [InlineData("operator:secret", true)]
    [InlineData("operator:secret:", false)]
    [InlineData("operator:", false)]
    [InlineData("Operator:secret", false)]
    [InlineData(":secret", false)]
    [InlineData("secret", false)]
    public void A_browser_sends_it_as_the_password_of_one_user(string pair, bool opens) =>
        Assert.Equal(opens, DashboardPassword.IsIn("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(pair)), Secret));

    private static List<string> Wrong(DashboardSettings settings)
    {
        var wrong = new List<ValidationResult>();
        _ = Validator.TryValidateObject(settings, new(settings), wrong, validateAllProperties: true);
        return [.. wrong.Select(w => w.ErrorMessage!)];
    }
}
