using VideoGen.Silo.Providers;
using VideoGen.Silo.Providers.Local;

namespace VideoGen.Silo.Tests.Providers;

public sealed class CaptionTests
{
    [Theory]
    [InlineData("one two three", 7, "one two|three")]
    [InlineData("one two three", 13, "one two three")]
    [InlineData("abcdefgh ij", 3, "abc|def|gh|ij")]
    [InlineData("one\n\ntwo", 10, "one||two")]
    [InlineData("", 10, "")]
    [InlineData("👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 2, "👩‍👩‍👧‍👦|👩‍👩‍👧‍👦")]
    public void A_prompt_is_broken_at_spaces_and_never_inside_a_letter(string text, int columns, string lines) =>
        Assert.Equal(lines, string.Join('|', Caption.Wrap(text, columns)));

    [Fact]
    public void A_short_prompt_is_large_and_a_long_one_small()
    {
        Assert.Equal(72, Caption.Fit("A boat", new VideoSize(1280, 720)).FontPixels);
        Assert.Equal(8, Caption.Fit(string.Concat(Enumerable.Repeat("word ", 800)), new VideoSize(320, 180)).FontPixels);
    }
}
