using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace VideoGen.Silo.Tests.Architecture;

/// <summary>What may depend on what, read off the compiled assemblies.</summary>
public sealed partial class DependencyTests
{
    private const string Contract = "VideoGen.Grains.Interfaces", Grains = "VideoGen.Grains", Storage = "VideoGen.Storage", Gateway = "VideoGen.Gateway", Engine = "VideoGen.Engine", Host = "videogen";

    [Theory]
    [InlineData(Contract, Engine)]
    [InlineData(Grains, Contract, Engine)]
    [InlineData(Storage, Contract, Engine)]
    [InlineData(Gateway, Contract, Engine, OfGatewayHost)]
    [InlineData(Host, Contract, Engine, Grains, Storage, Gateway)]
    public void An_assembly_references_only_those_below_it(string assembly, params string[] allowed)
    {
        string[] ours = [Contract, Grains, Storage, Gateway, Engine, Host];
        var referenced = Load(assembly).GetReferencedAssemblies().Select(a => a.Name!).Intersect(ours);
        Assert.Empty(referenced.Except(allowed));
    }

    [Theory]
    [InlineData(Contract)]
    [InlineData(Grains)]
    [InlineData(Storage)]
    [InlineData(Gateway)]
    public void Only_the_host_knows_which_engine_runs_under_the_grains(string assembly) =>
        Assert.Empty(TypesUsedBy(assembly).Where(t => t.StartsWith("VideoGen.Engine", StringComparison.Ordinal)));

    [Fact]
    public void Grains_do_no_io_and_read_no_configuration()
    {
        string[] forbidden = ["System.Net.", "System.IO.File", "System.IO.Directory", "System.IO.Path", "Npgsql", "System.Data", "Microsoft.Extensions.Configuration.", "Polly", "System.Diagnostics.Process"];
        Assert.Empty(TypesUsedBy(Grains).Where(t => Array.Exists(forbidden, f => t.StartsWith(f, StringComparison.Ordinal))));
    }

    [Fact]
    public void The_door_moves_no_money_and_claims_no_job() =>
        Assert.Empty(TypesUsedBy(Gateway).Where(t => t is "VideoGen.Requests.IJobBook" or "VideoGen.Budgets.IMoneyLedger" or "VideoGen.Quotas.IQuotaGrain" or "VideoGen.Quotas.IAgentRunGrain" or "VideoGen.Quotas.IReservations" or "VideoGen.Budgets.IBudgetGrain"));

    [Fact]
    public void Of_the_door_only_the_file_that_puts_a_gateway_together_knows_the_storage()
    {
        // Its sources, not its assembly: that says which assembly a type comes from, and not who uses it.
        var names = new Regex($@"\b({string.Join('|', NamesOf(Load(Storage)))})\b", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(10));
        var users = Directory.EnumerateFiles(Path.Combine(TidyTests.Repository, "Gateway"), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal))
            .Where(f => names.IsMatch(File.ReadAllText(f)));
        Assert.Equal(["GatewayHost.Orleans.cs"], users.Select(Path.GetFileName));
    }

    /// <summary>What an assembly gives to others: its types, but for those in others, and methods that are called without naming theirs.</summary>
    private static IEnumerable<string> NamesOf(Assembly assembly) => assembly.GetExportedTypes().Where(type => !type.IsNested)
        .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Static).Where(m => m.IsDefined(typeof(ExtensionAttribute))).Select(m => m.Name).Prepend(type.Name))
        .Select(name => name.Split('`')[0]).Distinct(StringComparer.Ordinal);

    private static Assembly Load(string name) => Assembly.Load(name);

    private static List<string> TypesUsedBy(string assembly)
    {
        using var file = new PEReader(File.OpenRead(Load(assembly).Location));
        var reader = file.GetMetadataReader();
        return [.. reader.TypeReferences
            .Select(reader.GetTypeReference)
            .Select(t => $"{reader.GetString(t.Namespace)}.{reader.GetString(t.Name)}")];
    }
}
