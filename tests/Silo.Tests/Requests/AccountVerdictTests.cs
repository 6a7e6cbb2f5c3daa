using VideoGen.Budgets;
using VideoGen.Grains.Providers;
using VideoGen.Silo.Requests;

namespace VideoGen.Silo.Tests.Requests;

/// <summary>When an account keeps payments from going on by themselves.</summary>
public sealed class AccountVerdictTests
{
    private static readonly DateTimeOffset Since = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(Listing.Marked, 0, 0, 0, null)]
    [InlineData(Listing.Marked, 0, 7, 0, null)] // Somebody else's.
    [InlineData(Listing.Marked, 1, 0, 0, "1 jobs with our mark")]
    [InlineData(Listing.Marked, 0, 0, 1, "too young")]
    [InlineData(Listing.Unmarked, 0, 0, 0, null)]
    [InlineData(Listing.Unmarked, 0, 1, 0, "does not say whose they are")]
    [InlineData(Listing.Outputs, 1, 0, 0, "1 jobs with our mark")]
    [InlineData(Listing.Outputs, 0, 0, 0, "and no jobs")] // One that was paid may run, and one that was saved is not there any more.
    [InlineData(Listing.None, 0, 0, 0, "cannot list")]
    public void What_was_found_says(Listing listing, int forgotten, int unmarked, int young, string? keeps)
    {
        var sweep = Sweep(listing != Listing.None, listing is Listing.Marked or Listing.Outputs) with { Whole = listing != Listing.None ? new(Since.AddHours(-26), Since, 9, 0) : null };
        AssertSays(keeps, AccountVerdict.Of(sweep, listing, Since, forgotten, unmarked, young));
        Assert.Null(AccountVerdict.Of(sweep with { Paid = false }, listing, Since, forgotten, unmarked, young));
    }

    [Fact]
    public void Nothing_is_said_by_a_sweep_that_was_not_whole_or_began_before_the_doubt()
    {
        AssertSays("not looked through yet", AccountVerdict.Of(Sweep(lists: true, marked: true), Listing.Marked, Since, 0, 0, 0));
        AssertSays("not looked through yet", AccountVerdict.Of(Sweep(lists: true, marked: true) with { Whole = new(Since.AddHours(-27), Since.AddHours(-1), 0, 0) }, Listing.Marked, Since, 0, 0, 0));
        AssertSays("could not be listed", AccountVerdict.Of(Sweep(lists: true, marked: true) with { Trouble = "It is down." }, Listing.Marked, Since, 0, 0, 0));
    }

    private static AccountSweep Sweep(bool lists, bool marked) => new("acme", Since, lists, marked, Paid: true, Whole: null, Trouble: null, Keeps: null);

    private static void AssertSays(string? words, string? keeps)
    {
        if (words is null) Assert.Null(keeps);
        else Assert.Contains(words, keeps, StringComparison.Ordinal);
    }
}
