using System.Globalization;
using System.Text.RegularExpressions;

namespace VideoGen.Silo.Tests.Telemetry;

/// <summary>Prometheus's text format 0.0.4, read strictly: what Prometheus tolerates but should not see is an error here.</summary>
internal static partial class PrometheusFormat
{
    /// <returns>The samples by <c>name{labels}</c> as written.</returns>
    public static IReadOnlyDictionary<string, double> Parse(string text)
    {
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', text);
        var samples = new Dictionary<string, double>(StringComparer.Ordinal);
        var families = new HashSet<string>(StringComparer.Ordinal);
        var (family, type) = ("", "");
        var helped = "";
        foreach (var line in text.Split('\n')[..^1])
        {
            if (Help().Match(line) is { Success: true } help)
            {
                helped = help.Groups["name"].Value;
                Assert.True(families.Add(helped), $"{helped} stands twice.");
                Assert.DoesNotMatch(@"\\(?![\\n])", help.Groups["text"].Value.Replace(@"\\", "", StringComparison.Ordinal));
            }
            else if (TypeLine().Match(line) is { Success: true } typed)
            {
                (family, type) = (typed.Groups["name"].Value, typed.Groups["type"].Value);
                Assert.Equal(helped, family);
                Assert.True(type != "counter" || family.EndsWith("_total", StringComparison.Ordinal), $"The counter {family} does not end in _total.");
            }
            else
            {
                var sample = Sample().Match(line);
                Assert.True(sample.Success, $"This is no sample: {line}");
                AssertBelongs(sample.Groups["name"].Value, family, type, line);
                var labels = sample.Groups["label"].Captures.Select(c => c.Value).ToList();
                Assert.True(labels.Count == labels.Distinct(StringComparer.Ordinal).Count(), $"A label stands twice: {line}");
                Assert.True(samples.TryAdd(line[..line.LastIndexOf(' ')], Number(sample.Groups["value"].Value)), $"A series stands twice: {line}");
            }
        }

        AssertHistograms(samples);
        return samples;
    }

    private static void AssertBelongs(string name, string family, string type, string line)
    {
        string[] allowed = type == "histogram" ? [family + "_bucket", family + "_sum", family + "_count"] : [family];
        Assert.True(allowed.Contains(name), $"It stands under {family} ({type}): {line}");
        Assert.True(!name.EndsWith("_bucket", StringComparison.Ordinal) || type != "histogram" || line.Contains("le=\"", StringComparison.Ordinal), $"A bucket without le: {line}");
    }

    // In order as written: buckets rise, end with +Inf, and that is the count.
    private static void AssertHistograms(Dictionary<string, double> samples)
    {
        var histograms = samples
            .Select(s => (Match: Bucket().Match(s.Key), s.Value))
            .Where(s => s.Match.Success)
            .GroupBy(s => (Name: s.Match.Groups["name"].Value, Labels: s.Match.Groups["labels"].Value));
        foreach (var histogram in histograms)
        {
            var bounds = histogram.Select(b => Number(b.Match.Groups["le"].Value)).ToList();
            var counts = histogram.Select(b => b.Value).ToList();
            Assert.Equal(bounds.Distinct().Order(), bounds);
            Assert.Equal(counts.Order(), counts);
            Assert.Equal(double.PositiveInfinity, bounds[^1]);
            var labels = histogram.Key.Labels.Length == 0 ? "" : $"{{{histogram.Key.Labels}}}";
            Assert.Equal(counts[^1], samples[$"{histogram.Key.Name}_count{labels}"]);
            Assert.Contains($"{histogram.Key.Name}_sum{labels}", samples.Keys);
        }
    }

    private static double Number(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        _ => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture),
    };

    [GeneratedRegex(@"\A\# HELP (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) (?<text>.*)\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Help();

    [GeneratedRegex(@"\A\# TYPE (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) (?<type>counter|gauge|histogram)\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex TypeLine();

    [GeneratedRegex("""\A(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<label>[a-zA-Z_][a-zA-Z0-9_]*)="([^"\\\n]|\\["\\n])*"(,(?<label>[a-zA-Z_][a-zA-Z0-9_]*)="([^"\\\n]|\\["\\n])*")*\})? (?<value>[+-]Inf|NaN|-?[0-9]+(\.[0-9]+)?(E[+-]?[0-9]+)?)\z""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Sample();

    [GeneratedRegex("""\A(?<name>[^{]+)_bucket\{((?<labels>.*),)?le="(?<le>[^"]+)"\}\z""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Bucket();
}
