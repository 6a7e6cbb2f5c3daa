using Npgsql;
using VideoGen.Gateway.Health;
using VideoGen.Requests;
using VideoGen.Silo.Providers.Local;

namespace VideoGen.Silo.Hosting;

/// <summary>What this host cannot do without, each as one line of <c>/health/ready</c>.</summary>
internal static class ReadinessChecks
{
    public static IServiceCollection AddReadinessChecks(this IServiceCollection services) => services
        .AddSingleton<IReadinessCheck>(s => new Check("database", ct => DatabaseTrouble(s.GetRequiredService<NpgsqlDataSource>(), ct)))
        .AddSingleton<IReadinessCheck>(s => new Check("provider", s.GetRequiredService<LocalVideos>().Health))
        .AddSingleton<IReadinessCheck>(s => new Check("store", s.GetRequiredService<IVideoFiles>().Trouble))
        .AddSingleton<IReadinessCheck>(s => new Check("ffmpeg", s.GetRequiredService<RenderTools>().Trouble));

    private static async Task<string?> DatabaseTrouble(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        try
        {
            var command = database.CreateCommand("select 1");
            await using (command.ConfigureAwait(false))
            {
                await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
                return null;
            }
        }
        catch (NpgsqlException)
        {
            return "PostgreSQL does not answer: see that it runs and that ConnectionStrings:VideoGen is right.";
        }
    }

    private sealed class Check(string name, Func<CancellationToken, Task<string?>> trouble) : IReadinessCheck
    {
        public string Name => name;

        public Task<string?> Trouble(CancellationToken cancellationToken) => trouble(cancellationToken);
    }
}
