using VideoGen.Silo.Duplicates;

namespace VideoGen.Silo.Tests.Duplicates;

/// <summary>Which videos of a list are duplicates, and which of them is kept.</summary>
public sealed class DuplicateRulesTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void One_user_and_one_canonical_prompt() => Assert.Equal(
        "2>1 4>1",
        Find((0, "ann", "A cat", "completed"), (1, "ann", "  A   cat ", "completed"), (2, "bob", "A cat", "completed"), (3, "ann", "A cat\r\n", "completed"), (4, "ann", "a cat", "completed")));

    [Theory]
    [InlineData("completed running failed pending other", "2>1 3>1 4>1 5>1")]
    [InlineData("other pending failed Running COMPLETED", "1>5 2>5 3>5 4>5")]
    [InlineData("pending failed queued in_progress", "1>4 2>4 3>4")]
    [InlineData("pending failed other", "1>2 3>2")]
    [InlineData("other pending", "1>2")]
    [InlineData("failed completed completed", "1>2 3>2")]
    public void The_most_finished_is_kept_and_of_several_the_earliest(string statuses, string expected) =>
        Assert.Equal(expected, Find([.. statuses.Split(' ').Select((status, hour) => (hour, "ann", "A cat", status))]));

    [Fact]
    public void Only_within_24_hours_of_the_first() => Assert.Equal(
        "2>1 4>3",
        Find((0, "ann", "A cat", "completed"), (23, "ann", "A cat", "completed"), (24, "ann", "A cat", "failed"), (47, "ann", "A cat", "failed"), (48, "ann", "A cat", "completed")));

    [Fact]
    public void By_time_and_not_by_place_in_the_list() =>
        Assert.Equal("1>2", Find((5, "ann", "A cat", "completed"), (1, "ann", "A cat", "completed")));

    [Fact]
    public void What_is_no_prompt_is_nobodys_duplicate() =>
        Assert.Equal("", Find((0, "ann", " ", "completed"), (1, "ann", " ", "completed"), (2, "ann", "a\0", "completed"), (3, "ann", "a\0", "completed")));

    [Fact]
    public void What_is_nobodys_is_nobodys_duplicate() =>
        Assert.Equal("", Find((0, "", "A cat", "completed"), (1, "", "A cat", "completed"), (2, " ", "A cat", "completed")));

    [Fact]
    public void Another_word_for_a_status_means_what_is_said_and_else_is_named()
    {
        var videos = Videos((0, "ann", "A cat", "failed"), (1, "ann", "A cat", " Succeeded"), (2, "bob", "A cat", "queer"));
        var unsaid = new DuplicateRules(new Dictionary<string, string>());
        Assert.Equal(["Succeeded"], unsaid.Unknown(unsaid.Find(videos))); // Bob's is nobody's duplicate.

        var said = new DuplicateRules(new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["succeeded"] = "completed" });
        Assert.Equal("1>2", Text(said.Find(videos)));
        Assert.Empty(said.Unknown(said.Find(videos)));
    }

    private static string Find(params (int Hour, string User, string Prompt, string Status)[] videos) => Text(new DuplicateRules(new Dictionary<string, string>()).Find(Videos(videos)));

    private static IReadOnlyList<ListedVideo> Videos(params (int Hour, string User, string Prompt, string Status)[] videos) =>
        [.. videos.Select((v, index) => new ListedVideo(index + 1, v.User, v.Prompt, v.Status, Noon.AddHours(v.Hour), 3.2m))];

    private static string Text(IEnumerable<Duplicate> duplicates) => string.Join(' ', duplicates.Select(d => $"{d.Video.Row}>{d.Kept.Row}"));
}
