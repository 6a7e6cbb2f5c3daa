using VideoGen.Budgets;
using VideoGen.Silo.Requests;

namespace VideoGen.Silo.Tests.Requests;

/// <summary>When an account keeps payments from going on by themselves.</summary>
public sealed class AccountVerdictTests
{
    private static readonly DateTimeOffset Since = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(true, true, 0, 0, 0, null)]
    [InlineData(true, true, 0, 7, 0, null)] // Somebody else's.
    [InlineData(true, true, 1, 0, 0, "1 jobs with our mark")]
    [InlineData(true, true, 0, 0, 1, "too young")]
    [InlineData(true, false, 0, 0, 0, null)]
    [InlineData(true, false, 0, 1, 0, "does not say whose they are")]
    [InlineData(false, false, 0, 0, 0, "cannot list")]
    public void What_was_found_says(bool lists, bool marked, int forgotten, int unmarked, int young, string? keeps)
    {
        var sweep = Sweep(lists, marked) with { Whole = lists ? new(Since.AddHours(-26), Since, 9, 0) : null };
        AssertSays(keeps, AccountVerdict.Of(sweep, Since, forgotten, unmarked, young));
        Assert.Null(AccountVerdict.Of(sweep with { Paid = false }, Since, forgotten, unmarked, young));
    }

    [Fact]
    public void Nothing_is_said_by_a_sweep_that_was_not_whole_or_began_before_the_doubt()
    {
        AssertSays("not looked through yet", AccountVerdict.Of(Sweep(lists: true, marked: true), Since, 0, 0, 0));
        AssertSays("not looked through yet", AccountVerdict.Of(Sweep(lists: true, marked: true) with { Whole = new(Since.AddHours(-27), Since.AddHours(-1), 0, 0) }, Since, 0, 0, 0));
        AssertSays("could not be listed", AccountVerdict.Of(Sweep(lists: true, marked: true) with { Trouble = "It is down." }, Since, 0, 0, 0));
    }

    private static AccountSweep Sweep(bool lists, bool marked) => new("acme", Since, lists, marked, Paid: true, Whole: null, Trouble: null, Keeps: null);

    private static void AssertSays(string? words, string? keeps)
    {
        if (words is null) Assert.Null(keeps);
        else Assert.Contains(words, keeps, StringComparison.Ordinal);
    }
}
