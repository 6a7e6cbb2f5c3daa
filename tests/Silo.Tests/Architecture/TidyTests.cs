using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace VideoGen.Silo.Tests.Architecture;

/// <summary>Rules of style that a program can check.</summary>
public sealed partial class TidyTests
{
    private const int LongestFile = 300;
    private static readonly string[] Product = ["Engine", "Grains", "Grains.Interfaces", "Storage", "Gateway", "Silo"];

    [Fact]
    public void No_file_of_the_product_is_longer_than_a_person_reads() =>
        Assert.Empty(Sources().Where(f => File.ReadLines(f).Count() > LongestFile));

    [Fact]
    public void No_type_is_named_with_a_word_that_says_nothing() =>
        Assert.Empty(from file in Sources()
                     where !file.Contains("/Engine/Orleans/", StringComparison.Ordinal) // Orleans's own names.
                     from Match name in TypeNames().Matches(File.ReadAllText(file))
                     where Empty().IsMatch(name.Groups["name"].Value)
                     select $"{Path.GetFileName(file)}: {name.Groups["name"].Value}");

    [Fact]
    public void Every_child_of_a_host_is_watched() =>
        Assert.Equal(["WatchedProcess.cs"], Sources().Where(f => StartsProcess().IsMatch(File.ReadAllText(f))).Select(Path.GetFileName));

    [Fact]
    public void Every_place_that_the_readme_names_is_there()
    {
        var table = File.ReadAllText(Path.Combine(Repository, "README.md")).Split("## Where is…?")[1];
        var named = Quoted().Matches(table).Select(m => m.Groups["name"].Value).Where(p => p.Contains('/') || p.EndsWith(".md", StringComparison.Ordinal) || p == "Engine").ToList();
        Assert.True(named.Count > 15);
        Assert.Empty(named.Where(p => !Path.Exists(Path.Combine(Repository, p))));
    }

    [Fact]
    public void Every_test_that_a_promise_names_is_there()
    {
        var promises = File.ReadAllText(Path.Combine(Repository, "docs", "promises.md"));
        string[] kinds = ["*Tests.cs", "*Conformance.cs"];
        var tests = string.Join('\n', kinds.SelectMany(kind => Directory.EnumerateFiles(Path.Combine(Repository, "tests"), kind, SearchOption.AllDirectories)).Select(File.ReadAllText));
        var named = TestNames().Matches(promises).Select(m => m.Groups["name"].Value).ToList();
        Assert.True(named.Count > 15);
        Assert.Empty(named.Where(t => !tests.Contains($" {t}(", StringComparison.Ordinal)));
    }

    private static IEnumerable<string> Sources() => Product
        .SelectMany(p => Directory.EnumerateFiles(Path.Combine(Repository, p), "*.cs", SearchOption.AllDirectories))
        .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal));

    public static string Repository => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", ".."));

    private static string Here([CallerFilePath] string path = "") => path;

    [GeneratedRegex(@"(class|record|struct|interface|enum)\s+((struct|class)\s+)?(?<name>[A-Z]\w+)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex TypeNames();

    [GeneratedRegex("(Manager|Helper|Processor|Handler|Util|Utils|Common|Base|Info)$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Empty();

    [GeneratedRegex(@"\bProcess\.Start\(|\bnew Process\b", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex StartsProcess();

    [GeneratedRegex("`(?<name>[^`]+)`", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"`(?<name>[A-Z]\w+_\w+)`", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex TestNames();
}
