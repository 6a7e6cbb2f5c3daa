using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace VideoGen.Gateway.Tests;

/// <summary>The door's limits are checked at start and reach Kestrel.</summary>
public sealed class OptionsTests
{
    [Theory]
    [InlineData("BodyLimitBytes", "100")]
    [InlineData("HeaderLimitBytes", "0")]
    [InlineData("MaxConnections", "1")]
    [InlineData("AskTimeout", "00:00:05")]
    [InlineData("CallTimeout", "00:02:00")]
    public void A_limit_out_of_its_bounds_is_refused_by_name(string name, string value)
    {
        using var services = With(name, value);

        var error = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptions<GatewayOptions>>().Value);

        Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Kestrel_gets_the_limits_and_does_not_name_itself()
    {
        using var services = With("HeaderLimitBytes", "8192");

        var kestrel = services.GetRequiredService<IOptions<KestrelServerOptions>>().Value;

        Assert.False(kestrel.AddServerHeader);
        Assert.Equal((131_072L, 8_192, 10_000L), (kestrel.Limits.MaxRequestBodySize, kestrel.Limits.MaxRequestHeadersTotalSize, kestrel.Limits.MaxConcurrentConnections));
    }

    private static ServiceProvider With(string name, string value) => new ServiceCollection()
        .AddGateway(new ConfigurationBuilder().AddInMemoryCollection([new($"{GatewayOptions.Section}:{name}", value)]).Build())
        .BuildServiceProvider();
}
