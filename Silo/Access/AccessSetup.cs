using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using VideoGen.Access;
using VideoGen.Gateway.Access;
using VideoGen.Grains.Budgets;
using VideoGen.Grains.Quotas;
using VideoGen.Grains.Requests;
using VideoGen.Storage.Access;
using VideoGen.Storage.Settings;

namespace VideoGen.Silo.Access;

/// <summary>Limits, clients and plans from the configuration, checked at start.</summary>
internal static class AccessSetup
{
    /// <summary>The limits of all; whoever needs one looks each time.</summary>
    public static IServiceCollection AddLimits(this IServiceCollection services, IConfiguration configuration)
    {
        Add<RequestOptions>(RequestOptions.Section);
        Add<QuotaOptions>(QuotaOptions.Section);
        Add<BudgetOptions>(BudgetOptions.Section);
        Add<SpendOptions>(SpendOptions.Section);
        Add<AgentRunOptions>(AgentRunOptions.Section);
        return services;

        void Add<T>(string section) where T : class
        {
            services.AddOptions<T>().Bind(configuration.GetSection(section));
            services.AddSingleton(new LiveSettings(section));
        }
    }

    public static IServiceCollection AddClients(this IServiceCollection services, IConfiguration configuration)
    {
        var plans = services.AddPlans(configuration);
        services.AddSingleton<IClientPlans, ClientPlans>();
        foreach (var plan in plans.All)
        {
            // What a plan does not say is as in Quotas and Budgets.
            var section = configuration.GetSection($"{ClientPlan.Section}:{plan}");
            services.AddOptions<QuotaOptions>(plan).BindConfiguration(QuotaOptions.Section).BindConfiguration(section.Path).ValidateOnStart();
            services.AddSingleton<IValidateOptions<QuotaOptions>>(new PlanCheck(plan, section));
            services.AddOptions<BudgetOptions>(plan).BindConfiguration(BudgetOptions.Section).BindConfiguration(section.Path).ValidateDataAnnotations().ValidateOnStart();
            services.AddSingleton(new LiveSettings(section.Path));
        }

        services.AddConfiguredClients(configuration);
        services.AddSingleton<IValidateOptions<ClientsOptions>>(new ClientPlansCheck(plans));
        return services;
    }

    private sealed class PlanCheck(string plan, IConfigurationSection section) : IValidateOptions<QuotaOptions>
    {
        public ValidateOptionsResult Validate(string? name, QuotaOptions options)
        {
            if (name != plan) return ValidateOptionsResult.Skip;
            if (!ClientPlan.IsName(plan)) return ValidateOptionsResult.Fail($"{section.Path}: {ClientPlan.Rule}.");
            var outOfRange = new List<ValidationResult>();
            _ = Validator.TryValidateObject(options, new(options), outOfRange, validateAllProperties: true);
            string[] wrong =
            [
                .. outOfRange.Select(w => $"{section.Path}:{string.Join(", ", w.MemberNames)}: {w.ErrorMessage}"),
                .. ConfiguredClients.Unread(
                    section, nameof(QuotaOptions.VideosPerDay), nameof(QuotaOptions.Cooldown), nameof(BudgetOptions.ClientDailyUsd),
                    nameof(BudgetOptions.ClientMonthlyUsd), nameof(BudgetOptions.UserDailyUsd), nameof(BudgetOptions.UserMonthlyUsd), nameof(PlanModels.Models)),
            ];
            return wrong.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
        }
    }

    private sealed class ClientPlansCheck(PlanNames plans) : IValidateOptions<ClientsOptions>
    {
        public ValidateOptionsResult Validate(string? name, ClientsOptions options)
        {
            var wrong = (from client in options.ByName
                         where client.Value.Plan is { } plan && plan != ClientPlan.Default && !plans.Contains(plan)
                         select $"{ClientsOptions.Section}:{client.Key}:{nameof(ClientOptions.Plan)} is '{client.Value.Plan}', which is not configured. There are: {plans}.").ToList();
            return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
        }
    }
}
