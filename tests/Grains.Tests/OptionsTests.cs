using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using VideoGen.Grains.Quotas;
using VideoGen.Grains.Requests;

namespace VideoGen.Grains.Tests;

/// <summary>Limits are checked when the host starts: it does not start with one that breaks a promise.</summary>
public sealed class OptionsTests
{
    [Fact]
    public void The_defaults_are_allowed()
    {
        Assert.Equal(TimeSpan.FromMinutes(5), Read<RequestOptions>(_ => { }).WindowMargin);
        Assert.Equal(5, Read<QuotaOptions>(_ => { }).VideosPerDay);
    }

    [Fact]
    public void A_margin_under_which_a_submit_on_its_way_would_be_paid_twice_is_refused()
    {
        Read<RequestOptions>(o => o.WindowMargin = TimeSpan.FromSeconds(75));
        var said = Refused<RequestOptions>(o => o.WindowMargin = TimeSpan.FromSeconds(74));
        Assert.Contains("Requests:WindowMargin (00:01:14) must be at least SubmitWindow + SubmitTimeout + 10 seconds (00:01:15)", said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_search_that_ends_before_anything_could_be_proven_is_refused()
    {
        Read<RequestOptions>(o => o.ResolveFor = TimeSpan.FromSeconds(65));
        var said = Refused<RequestOptions>(o => o.ResolveFor = TimeSpan.FromSeconds(64));
        Assert.Contains("Requests:ResolveFor (00:01:04) must be at least SubmitWindow + SubmitTimeout (00:01:05)", said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_limit_out_of_its_range_is_refused_by_its_name()
    {
        Assert.Contains(nameof(RequestOptions.Window), Refused<RequestOptions>(o => o.Window = TimeSpan.FromHours(23)), StringComparison.Ordinal);
        Assert.Contains(nameof(RequestOptions.MaxSubmits), Refused<RequestOptions>(o => o.MaxSubmits = 7), StringComparison.Ordinal);
        Assert.Contains(nameof(QuotaOptions.VideosPerDay), Refused<QuotaOptions>(o => o.VideosPerDay = 0), StringComparison.Ordinal);
    }

    private static string Refused<T>(Action<T> configure) where T : class =>
        Assert.Throws<OptionsValidationException>(() => Read(configure)).Message;

    private static T Read<T>(Action<T> configure) where T : class
    {
        using var services = new ServiceCollection().AddVideoGrains().Configure(configure).BuildServiceProvider();
        services.GetRequiredService<IStartupValidator>().Validate();
        return services.GetRequiredService<IOptions<T>>().Value;
    }
}
