using System.Globalization;
using System.Text.RegularExpressions;
using VideoGen.Grains.Providers;
using VideoGen.Grains.Requests;
using VideoGen.Silo.Providers;
using VideoGen.Silo.Providers.Local;
using VideoGen.Storage.Processes;

namespace VideoGen.Silo.Tests.Providers;

/// <summary>Prompts as they are drawn: the real libass with the fonts of this machine, looked at pixel by pixel.</summary>
public sealed partial class PromptPictureTests : IDisposable
{
    private const string Everything =
        "Wörld мир Κόσμε عالم עולם दुनिया বাংলা ਪੰਜਾਬੀ ગુજરાતી தமிழ் తెలుగు ಕನ್ನಡ മലയാളം සිංහල โลก ລາວ ខ្មែរ မြန်မာ ქართული հայերեն አማርኛ བོད 日本語 世界 안녕 🚀 🥰 🫠 ∑ ♞ \n%{pts} {\\b1} \\N 'a' \"b\": $(c) `d` ;";

    private static readonly Lazy<Task<Fonts>> _fonts = new(AskFonts);
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, string> Scripts => new()
    {
        { "Latin", "Grüße, naïve façade" },
        { "Cyrillic", "Кошка на волне" },
        { "Greek", "Μια γάτα στο κύμα" },
        { "Arabic", "قطة تركب موجة" },
        { "Hebrew", "חתול גולש על גל" },
        { "Devanagari", "लहर पर सवार बिल्ली क्षत्रिय" },
        { "Thai", "แมวโต้คลื่นที่น้ำ" },
        { "Chinese", "猫在冲浪" },
        { "Japanese", "猫が波に乗る" },
        { "Korean", "파도를 타는 고양이" },
        { "emoji", "🐱🏄‍♀️🌊 👩‍👩‍👧‍👦 ❤️ 👍🏽 🇯🇵 1️⃣ 🏴󠁧󠁢󠁥󠁮󠁧󠁿" },
        { "emoji of the last years", "🥰🫠🥹🪿" },
        { "all of them", Everything },
    };

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task A_prompt_of_every_script_is_drawn_without_a_single_box(string script, string prompt)
    {
        Assert.Null((await _fonts.Value).Undrawable(prompt));

        var picture = Assert.Single(await Draw(prompt));

        Assert.True(picture.Ink > 100, $"{script} has {picture.Ink} bright pixels.");
        Assert.Empty(picture.NotFound);
    }

    [Fact]
    public async Task A_character_that_no_font_has_is_a_box_and_is_therefore_refused_by_name()
    {
        const string Nobodys = "a \U0010FFFD b";
        Assert.Equal([0x10FFFD], (await Draw(Nobodys))[0].NotFound);
        await using var host = new LocalHost(_folder.Root);

        var failure = Assert.IsType<SubmitReply.NoJob>(await host.Videos.Submit(LocalHost.Order("k-1", Nobodys), LocalHost.Open, CancellationToken.None)).Failure;

        Assert.Equal((FailureKind.Refused, "no_font"), (failure.Kind, failure.Code));
        Assert.Contains("U+10FFFD", failure.Detail, StringComparison.Ordinal);
        Assert.IsType<SubmitReply.NoJob>(await host.Videos.Submit(LocalHost.Order("k-2", "a\0b"), LocalHost.Open, CancellationToken.None));
        Assert.Empty(host.Jobs.All());
    }

    [Theory]
    [InlineData("two texts in Han", "猫在冲浪", "狗在游泳")]
    [InlineData("two texts in Thai", "แมว", "หมา")]
    [InlineData("two emoji", "🚀", "🌊")]
    [InlineData("two late emoji", "🫠", "🥹")]
    [InlineData("joined and separate Arabic letters", "ببب", "ب\u200Cب\u200Cب")]
    [InlineData("a conjunct and its letters", "क्ष", "क्\u200Cष")]
    [InlineData("a tag that is written and none", @"a{\b1}b", "ab")]
    [InlineData("a tag that is written and its letters", @"{\b1}", "b1")]
    [InlineData("a space that is written and a real one", @"one\htwo", "one two")]
    [InlineData("a percent sequence and nothing", "%{pts}", "")]
    [InlineData("a Hebrew word left and right of a Latin one", "שלום abc", "\u202Dםולש abc")]
    public async Task What_differs_in_writing_differs_on_the_picture(string what, string one, string other)
    {
        var pictures = await Draw(one, other);

        Assert.False(pictures[0].LooksLike(pictures[1]), $"{what} look the same.");
    }

    [Theory]
    [InlineData("Hebrew runs from right to left", "שלום", "\u202Dםולש")]
    [InlineData("a Latin word stands left of the Hebrew one before it", "שלום abc", "\u202Dabc םולש")]
    [InlineData("a backslash adds nothing but itself", @"a\b", "a\u200B\\\u200Bb")]
    [InlineData("a variation selector shows nothing", "❤\uFE0F", "❤")]
    public async Task What_is_written_in_two_ways_looks_the_same(string what, string one, string other)
    {
        var pictures = await Draw(one, other);

        Assert.True(pictures[0].LooksLike(pictures[1]), $"{what}: the pictures differ.");
    }

    [Fact]
    public async Task A_word_that_is_written_like_a_line_break_stands_on_one_line_and_a_break_on_two()
    {
        var pictures = await Draw(@"HHH\NHHH", "HHH\nHHH");

        Assert.Equal([1, 2], pictures.Select(picture => picture.Bands));
    }

    [Fact]
    public async Task The_picture_moves_and_is_the_prompts_own()
    {
        await using var host = await LocalHost.Started(_folder.Root);
        var (one, other) = (await host.Finished("k-1", "A boat"), await host.Finished("k-2", "A boot"));
        var again = await host.Finished("k-3", "A boat");

        var frames = await Frames(host.Jobs.VideoOf(one));

        Assert.True(frames.Distinct().Count() > 20, "of 24 frames nearly each differs from the others");
        Assert.NotEqual(frames, await Frames(host.Jobs.VideoOf(other)));
        Assert.Equal(frames, await Frames(host.Jobs.VideoOf(again)));
    }

    [Fact]
    public async Task The_sound_can_be_heard()
    {
        await using var host = await LocalHost.Started(_folder.Root);

        var (words, _) = await Ffmpeg("-i", host.Jobs.VideoOf(await host.Finished("k-1")), "-vn", "-af", "volumedetect", "-f", "null", "-");

        var loudest = words.Split("max_volume: ")[1].Split(' ')[0];
        Assert.InRange(double.Parse(loudest, CultureInfo.InvariantCulture), -40, -3);
    }

    private async Task<IReadOnlyList<string>> Frames(string video)
    {
        var (_, output) = await Ffmpeg("-i", video, "-an", "-f", "framemd5", "-");
        return [.. output.Split('\n').Where(line => !line.StartsWith('#')).Select(line => line.Split(',')[^1].Trim()).Where(hash => hash.Length > 0)];
    }

    private async Task<IReadOnlyList<Picture>> Draw(params string[] prompts)
    {
        var size = new VideoSize(640, 360);
        var fonts = await _fonts.Value;
        var filters = new List<string>();
        var outputs = new List<string>();
        foreach (var (prompt, number) in prompts.Select((prompt, number) => (prompt, number)))
        {
            await File.WriteAllTextAsync(Path.Combine(_folder.Root, $"{number}.ass"), CaptionFile.Of(Caption.Fit(prompt, size), size, fonts));
            filters.Add($"color=c=black:s={size}:d=1,ass=filename={number}.ass:shaping=complex[o{number}]");
            outputs.AddRange(["-map", $"[o{number}]", "-frames:v", "1", "-pix_fmt", "gray", "-f", "rawvideo", "-y", $"{number}.gray"]);
        }

        var (words, _) = await Ffmpeg(["-filter_complex", string.Join(';', filters), .. outputs]);
        return [.. prompts.Select((_, number) => new Picture(File.ReadAllBytes(Path.Combine(_folder.Root, $"{number}.gray")), size.Width, words))];
    }

    private async Task<(string Words, string Output)> Ffmpeg(params string[] arguments)
    {
        await using var running = WatchedProcess.Start("ffmpeg", ["-hide_banner", "-nostdin", "-nostats", .. arguments], new() { WorkingDirectory = _folder.Root });
        Assert.True(await running.Exited == 0, running.Errors);
        return (running.Errors, running.Output);
    }

    private static async Task<Fonts> AskFonts()
    {
        using var folder = new TestFolder();
        await using var host = new LocalHost(folder.Root);
        return await host.Get<RenderTools>().Fonts(CancellationToken.None);
    }

    /// <summary>One frame in shades of grey.</summary>
    /// <param name="words">What libass said about it.</param>
    private sealed partial class Picture(byte[] pixels, int width, string words)
    {
        private const byte Bright = 128;
        private readonly byte[] _pixels = pixels;

        /// <summary>
        /// The visible characters that the font which was named for them does not have: libass looks for another, and draws a box
        /// where there is none, or where it has looked for ten already.
        /// </summary>
        public IReadOnlyList<int> NotFound =>
        [
            .. Said("selecting one more font").Except(Said("broken font? Trying all charmaps")) // The same font after all, by its other table.
                .Where(value => Fonts.NeedsGlyph(new(value))).Distinct(),
        ];

        private IEnumerable<int> Said(string what) => Glyphs().Matches(words).Where(word => word.Groups["what"].Value.StartsWith(what, StringComparison.Ordinal))
            .Select(word => int.Parse(word.Groups["hex"].Value, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));

        [GeneratedRegex("Glyph 0x(?<hex>[0-9A-F]+) not found, (?<what>.*)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
        private static partial Regex Glyphs();

        public int Ink => _pixels.Count(pixel => pixel > Bright);

        /// <summary>The runs of rows that have ink.</summary>
        public int Bands
        {
            get
            {
                var rows = _pixels.Chunk(width).Select(row => row.Any(pixel => pixel > Bright)).ToList();
                return rows.Where((ink, row) => ink && (row == 0 || !rows[row - 1])).Count();
            }
        }

        /// <summary>But for parts of pixels, by which libass sets letters apart.</summary>
        public bool LooksLike(Picture other) => _pixels.Zip(other._pixels).Count(pair => Math.Abs(pair.First - pair.Second) > Bright) * 20 <= Math.Max(Ink, other.Ink);
    }
}
