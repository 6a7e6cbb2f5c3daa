using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace VideoGen.Simulation.Tests;

/// <summary>The grains with one exact text of their sources replaced: what a careless change would do. The product has no hooks for this.</summary>
internal sealed class BrokenVariant(string file, string text, string replacement)
{
    public static readonly string Repository = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "..", ".."));

    private static readonly Lazy<CSharpCompilation> Whole = new(CompileWhole);

    /// <summary>Compiles the variant and loads it with a simulator of its own: <see cref="SeedRun.Run"/> over the variant.</summary>
    public Func<string, string?> Load() => Loaded().GetMethod(nameof(SeedRun.Run))!.CreateDelegate<Func<string, string?>>();

    /// <summary>Compiles the variant and loads it: <see cref="SeedRun.FirstOfStory"/> over the variant.</summary>
    public Func<string, string, string?> LoadStories() => Loaded().GetMethod(nameof(SeedRun.FirstOfStory))!.CreateDelegate<Func<string, string, string?>>();

    private Type Loaded()
    {
        using var image = new MemoryStream();
        var result = Compile().Emit(image);
        Assert.True(result.Success, $"The variant does not compile: {string.Join('\n', result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error))}");
        return new World(image.ToArray()).LoadFromAssemblyPath(typeof(SeedRun).Assembly.Location).GetType(typeof(SeedRun).FullName!)!;
    }

    private CSharpCompilation Compile()
    {
        var tree = Whole.Value.SyntaxTrees.SingleOrDefault(t => t.FilePath.EndsWith($"/Grains/{file}", StringComparison.Ordinal));
        Assert.True(tree is not null, $"There is no {file}.");
        var source = tree.ToString();
        Assert.True(source.Split(text).Length == 2, $"{file} must have this text exactly once, or the variant is not what it says:\n{text}");
        return Whole.Value.ReplaceSyntaxTree(tree, Parse(source.Replace(text, replacement, StringComparison.Ordinal), tree.FilePath));
    }

    private static CSharpCompilation CompileWhole()
    {
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(p => Path.GetFileNameWithoutExtension(p) is not ("VideoGen.Grains" or "VideoGen.Simulation.Tests"))
            .Select(p => MetadataReference.CreateFromFile(p));
        return CSharpCompilation.Create(
            "VideoGen.Grains",
            Sources().Select(path => Parse(File.ReadAllText(path), path)),
            references,
            new(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable, optimizationLevel: OptimizationLevel.Release));
    }

    private static SyntaxTree Parse(string source, string path) => CSharpSyntaxTree.ParseText(source, new CSharpParseOptions(LanguageVersion.Latest), path);

    // What the build compiles: the sources and what its generators made of them.
    private static IEnumerable<string> Sources()
    {
        var grains = Path.Combine(Repository, "Grains");
        var configuration = typeof(BrokenVariant).Assembly.Location.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";
        var generated = Directory.EnumerateFiles(Path.Combine(grains, "obj", "Embedded", configuration, "net10.0"), "*.cs", SearchOption.AllDirectories);
        return generated.Concat(Directory.EnumerateFiles(grains, "*.cs", SearchOption.AllDirectories)
            .Where(p => !p.Contains("/obj/", StringComparison.Ordinal) && !p.Contains("/bin/", StringComparison.Ordinal)));
    }

    private static string Here([CallerFilePath] string path = "") => path;

    /// <summary>Has the broken grains, and a copy of the simulator that is bound to them; everything else is shared.</summary>
    private sealed class World(byte[] grains) : AssemblyLoadContext("broken variant")
    {
        private Assembly? loaded;

        protected override Assembly? Load(AssemblyName assemblyName) => assemblyName.Name == "VideoGen.Grains"
            ? loaded ??= LoadFromStream(new MemoryStream(grains))
            : null;
    }
}
