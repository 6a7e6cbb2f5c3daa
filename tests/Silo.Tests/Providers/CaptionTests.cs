using System.Runtime.CompilerServices;
using VideoGen.Silo.Providers;
using VideoGen.Silo.Providers.Local;

namespace VideoGen.Silo.Tests.Providers;

public sealed class CaptionTests
{
    private static readonly Font _latin = new("Latin", [(0x20, 0x7E), (0x200E, 0x200F)]);
    private static readonly Font _greek = new("Greek", [(0x370, 0x3FF)]);

    [Theory]
    [InlineData("one two three", 4.5, "one two|three")]
    [InlineData("one two three", 8, "one two three")]
    [InlineData("abcdefgh ij", 1.7, "abc|def|gh|ij")]
    [InlineData("one\n\ntwo", 10, "one||two")]
    [InlineData("", 10, "")]
    [InlineData("👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 5, "👩‍👩‍👧‍👦|👩‍👩‍👧‍👦")]
    [InlineData("日本語のプロンプト", 4, "日本語|のプロ|ンプト")]
    [InlineData("a cat 猫が波に乗る", 5, "a cat 猫|が波に乗|る")]
    public void A_prompt_is_broken_at_spaces_and_between_han_signs_and_never_inside_a_letter(string text, double room, string lines) =>
        Assert.Equal(lines, string.Join('|', Caption.Wrap(text, room).Select(line => line.Text)));

    [Fact]
    public void Every_line_of_a_paragraph_has_its_direction_whatever_the_line_begins_with()
    {
        var lines = Caption.Wrap("שלום world שלום\nhello שלום world", 4);

        Assert.Equal([("שלום", true), ("world", true), ("שלום", true), ("hello", false), ("שלום", false), ("world", false)], lines.Select(line => (line.Text, line.IsRightToLeft)));
    }

    [Fact]
    public void A_short_prompt_is_large_and_a_long_one_small()
    {
        Assert.Equal(72, Caption.Fit("A boat", new VideoSize(1280, 720)).FontPixels);
        Assert.Equal(8, Caption.Fit(string.Concat(Enumerable.Repeat("word ", 800)), new VideoSize(320, 180)).FontPixels);
    }

    [Theory]
    [InlineData(@"%{pts} {\b1}bold", "%{pts} {\\b1}bold", @"%\{pts\} \{\~b1\}bold")]
    [InlineData("a newline", "one\ntwo", @"one\N^two")]
    [InlineData("one that is only written", @"one\Ntwo\h\n", @"one\~Ntwo\~h\~n")]
    [InlineData("an escape that is only written", @"\\{", @"\~\~\{")]
    [InlineData("a section and an event", "[Events]\nDialogue: 0,0,0,x", @"[Events]\N^Dialogue: 0,0,0,x")]
    [InlineData("another font", "of π", @"of {\fnGreek}π")]
    [InlineData("two fonts in a word, and a sign that shows nothing", "aπ\uFE0Fb", @"a{\fnGreek}π{\fnLatin}b")]
    public void What_only_the_file_format_would_understand_is_text(string what, string prompt, string text)
    {
        var file = CaptionFile.Of(new(Caption.Wrap(prompt, 100), 10), new VideoSize(320, 180), new Fonts([_latin, _greek]));

        // Both signs are invisible: the word joiner stands as ~ here, and the mark of a line from left to right as ^.
        var events = file[file.IndexOf("Dialogue:", StringComparison.Ordinal)..].Replace('\u2060', '~').Replace('\u200E', '^');
        Assert.True(events == $"Dialogue: 0,0:00:00.00,9:59:59.00,Prompt,^{text}\n", $"{what}: {events}");
    }

    [Theory]
    [InlineData("True|Symbola|20-7e 1f680", "Symbola")]
    [InlineData("False|Noto Color Emoji|1f680", null)]
    [InlineData("True|A{\\b1}|20", null)]
    [InlineData("True|A|20-", null)]
    [InlineData("", null)]
    public void Fonts_are_those_with_outlines(string line, string? family) => Assert.Equal(family, Font.Parse(line)?.Family);

    [Fact]
    public void A_font_has_what_is_in_its_ranges()
    {
        var font = Font.Parse("True|A|20-7e a9 100-17f 1f680")!;

        Assert.All([0x20, 0x7E, 0xA9, 0x100, 0x140, 0x17F, 0x1F680], value => Assert.True(font.Has(new(value))));
        Assert.All([0x1F, 0x7F, 0xA8, 0xAA, 0x180, 0x1F681], value => Assert.False(font.Has(new(value))));
    }

    [Fact]
    public void A_machine_without_fonts_is_told_the_packages_that_the_set_up_installs()
    {
        var setup = File.ReadAllText(Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", "..", "deploy", "setup.sh"));

        var missing = new Fonts([]).MissingPackages;

        Assert.Equal(5, missing.Count);
        Assert.All(missing, package => Assert.Contains(package, setup, StringComparison.Ordinal));
        Assert.Equal(missing.SkipLast(1), new Fonts([new("Unifont", [(0, 0x10FFFF)])]).MissingPackages);
        Assert.Empty(new Fonts([new("Everything", [(0, 0x10FFFF)])]).MissingPackages);
    }

    private static string Here([CallerFilePath] string path = "") => path;
}
