using Npgsql;
using VideoGen.Gateway.Health;
using VideoGen.Requests;
using VideoGen.Silo.Providers;
using VideoGen.Silo.Providers.Local;
using VideoGen.Storage.Budgets;
using VideoGen.Storage.Hosts;
using VideoGen.Storage.Reconciles;

namespace VideoGen.Silo.Hosting;

/// <summary>What this host cannot do without, each as one line of <c>/health/ready</c>.</summary>
internal static class ReadinessChecks
{
    public static IServiceCollection AddReadinessChecks(this IServiceCollection services) => services
        .AddSingleton<IReadinessCheck>(s => new ReadinessCheck("database", ct => ConfiguredDatabase.Trouble(s.GetRequiredService<NpgsqlDataSource>(), ct)))
        .AddSingleton<IReadinessCheck>(s => new ReadinessCheck("clock", _ => Task.FromResult(s.GetRequiredService<ClockWatch>().Apart)))
        .AddSingleton<IReadinessCheck>(s => new ReadinessCheck("memory", _ => s.GetRequiredService<DatabaseMemory>().TryAgain()))
        .AddSingleton<IReadinessCheck>(s => new ReadinessCheck("provider", s.GetRequiredService<LocalVideos>().Health))
        .AddSingleton<IReadinessCheck>(s => new ReadinessCheck("accounts", _ => Task.FromResult(s.GetRequiredService<AccountWatch>().Trouble)) { IsEssential = false })
        .AddSingleton<IReadinessCheck>(s => new ReadinessCheck("store", s.GetRequiredService<IVideoFiles>().Trouble))
        .AddSingleton<IReadinessCheck>(s => new ReadinessCheck("ffmpeg", s.GetRequiredService<RenderTools>().Trouble));
}
