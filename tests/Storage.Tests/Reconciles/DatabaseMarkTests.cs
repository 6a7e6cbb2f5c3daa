using NpgsqlTypes;
using VideoGen.Storage.Reconciles;

namespace VideoGen.Storage.Tests.Reconciles;

public sealed class DatabaseMarkTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    private static readonly DatabaseMark Mark = new("abcdefgh", "7423", 1, new(100), new("n1", Noon));

    [Fact]
    public void One_that_came_as_far_or_further_is_not_doubted()
    {
        Assert.Null(Mark.Doubt(Mark with { LastSubmit = null }, knowsLast: true));
        Assert.Null(Mark.Doubt(Mark with { Position = new(101) }, knowsLast: true));
    }

    [Theory]
    [InlineData("installation")]
    [InlineData("another server")]
    [InlineData("timeline is 2, and was 1")]
    [InlineData("0/63, and was at 0/64")]
    [InlineData("does not know the last paid submit")]
    public void What_is_not_as_it_was_remembered_is_doubted_in_words(string words)
    {
        var seen = words switch
        {
            "installation" => Mark with { Installation = "zzzzzzzz" },
            "another server" => Mark with { System = "1" },
            "timeline is 2, and was 1" => Mark with { Timeline = 2, Position = new(200) },
            "0/63, and was at 0/64" => Mark with { Position = new(99) },
            _ => Mark with { Position = new(1000) },
        };

        var doubt = Mark.Doubt(seen, knowsLast: !words.StartsWith("does not know", StringComparison.Ordinal));

        Assert.Contains(words, doubt, StringComparison.Ordinal);
        Assert.InRange(doubt!.Length, 1, 200);
    }

    [Fact]
    public void Of_two_looks_the_later_one_is_remembered_with_the_last_submit_of_both()
    {
        var later = Mark with { Position = new(200), LastSubmit = null };
        Assert.Equal(later with { LastSubmit = Mark.LastSubmit }, Mark.Later(later));
        Assert.Equal(Mark with { Position = new(200) }, (Mark with { Position = new(200) }).Later(Mark with { LastSubmit = new("n0", Noon) }));
        Assert.Equal(Mark, Mark.Later(Mark with { System = "1", Position = new(300) }));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(46, true)]
    [InlineData(47, false)]
    [InlineData(1000, false)]
    public void A_submit_must_be_known_for_as_long_as_the_database_keeps_it(int hours, bool known) =>
        Assert.Equal(known ? "n1" : null, Mark.LastSubmit!.MustBeKnown(Noon.AddHours(hours)));
}
