using VideoGen.Access;
using VideoGen.Requests;

namespace VideoGen.Grains.Tests.Requests;

/// <summary>One wish, one identity: what counts as the same prompt, and what cannot be a prompt at all.</summary>
public sealed class IdentityTests
{
    private static readonly Owner Alice = new("local", "alice");

    [Theory]
    [InlineData("a cat", "  a   cat \n")]
    [InlineData("a\nb", "a\r\nb")]
    [InlineData("caf\u00e9", "cafe\u0301")]
    [InlineData("a cat", "a\tcat")]
    public void The_same_to_a_reader_is_the_same_request(string one, string other) => Assert.Equal(KeyOf(one), KeyOf(other));

    [Theory]
    [InlineData("a cat", "A cat")]
    [InlineData("ﬁ", "fi")]
    [InlineData("Ⅳ", "IV")]
    [InlineData("a\nb", "a b")]
    public void What_may_mean_something_else_is_another_request(string one, string other) => Assert.NotEqual(KeyOf(one), KeyOf(other));

    [Fact]
    public void Nobody_shares_a_request_with_somebody_else()
    {
        Assert.NotEqual(VideoRequestKey.For(1, new("a", "b"), "x"), VideoRequestKey.For(1, new("ab", ""), "x"));
        Assert.NotEqual(VideoRequestKey.For(1, Alice, "x"), VideoRequestKey.For(1, new("local", "bob"), "x"));
        Assert.NotEqual(VideoRequestKey.For(1, Alice, "x"), VideoRequestKey.For(1, Alice, "x", variation: 1));
    }

    [Fact]
    public void The_key_of_these_rules_never_changes() =>
        Assert.Equal("v-gfcuq3cjcda2t5vgwjj7vlgpzfabknzct54qwrroux5puqbtjmva", VideoRequestKey.For(1, Alice, "a cat"));

    [Theory]
    [InlineData("", "empty")]
    [InlineData(" \n\t ", "empty")]
    [InlineData("a\0b", "U+0000")]
    [InlineData("a\u202Eb", "U+202E")]
    [InlineData("a\u2066b", "U+2066")]
    [InlineData("a\u001bb", "U+001B")]
    public void What_cannot_be_a_prompt_is_refused_by_name(string prompt, string why)
    {
        Assert.False(VideoPrompt.TryCanonicalize(prompt, out _, out var error));
        Assert.Contains(why, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Half_a_character_is_refused()
    {
        Assert.False(VideoPrompt.TryCanonicalize("a\ud800b", out _, out var error));
        Assert.Contains("surrogate", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Four_thousand_characters_are_the_most()
    {
        Assert.True(VideoPrompt.TryCanonicalize(new string('x', 4_000), out _, out _));
        Assert.False(VideoPrompt.TryCanonicalize(new string('x', 4_001), out _, out var error));
        Assert.Contains("4000", error, StringComparison.Ordinal);
        Assert.Contains("4001", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Canonical_text_is_canonical_again()
    {
        foreach (var raw in new[] { "  e\u0301  \r\n x", "한글 ㄱ", "😀 👩‍👩‍👧", "שלום עולם", "a \t b" })
        {
            Assert.True(VideoPrompt.TryCanonicalize(raw, out var once, out _));
            Assert.True(VideoPrompt.TryCanonicalize(once!, out var twice, out _));
            Assert.Equal(once, twice);
        }
    }

    [Fact]
    public void This_process_can_normalize() => VideoPrompt.EnsureNormalizationWorks();

    [Fact]
    public void An_id_is_read_back_and_nothing_else_is_an_id()
    {
        var id = new VideoId(KeyOf("a cat"), 12);
        Assert.True(VideoId.TryParse(id.ToString(), out var again));
        Assert.Equal(id, again);
        foreach (var wrong in new[] { null, "", "video_", "video_x_1", $"video_{id.RequestKey}_0", $"video_{id.RequestKey}_01", $"video_{id.RequestKey}_-1", $"video_{id.RequestKey}_99999999999", $"video_{id.RequestKey}_1 ", $"video_../{id.RequestKey}_1" })
        {
            Assert.False(VideoId.TryParse(wrong, out _), wrong);
        }
    }

    private static string KeyOf(string prompt)
    {
        Assert.True(VideoPrompt.TryCanonicalize(prompt, out var canonical, out var error), error);
        return VideoRequestKey.For(1, Alice, canonical);
    }
}
