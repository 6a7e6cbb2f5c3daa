using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using VideoGen.Grains.Budgets;
using VideoGen.Grains.Quotas;
using VideoGen.Grains.Requests;
using VideoGen.Reports;

namespace VideoGen.Grains;

/// <summary>What a host adds to run the grains. The ports are the host's to add; so is where options come from.</summary>
public static class GrainsRegistration
{
    /// <summary>Where the grain classes are.</summary>
    public static Assembly Assembly => typeof(GrainsRegistration).Assembly;

    public static IServiceCollection AddVideoGrains(this IServiceCollection services)
    {
        services.AddOptions<RequestOptions>().ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<QuotaOptions>().ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<AgentRunOptions>().ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<SpendOptions>().ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<BudgetOptions>().ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton<VideoGenTelemetry>();
        return services.AddSingleton<RequestPorts>();
    }
}
