namespace VideoGen.Silo.Hosting;

/// <summary>The embedded engine has no cluster.</summary>
internal static class ClusterCommand
{
    public const string Name = "cluster";

    public static async Task<int> Run(string[] args)
    {
        _ = args;
        await Console.Error.WriteLineAsync("This build has the embedded engine, which is one process. For a cluster: ./run --cluster 2, where Orleans's packages can be restored.").ConfigureAwait(false);
        return 2;
    }
}
