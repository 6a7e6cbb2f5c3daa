using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using VideoGen.Access;
using VideoGen.Grains.Quotas;
using VideoGen.Storage.Access;

namespace VideoGen.Silo.Access;

/// <summary>Clients and plans from the configuration, checked at start.</summary>
internal static class AccessSetup
{
    public static IServiceCollection AddClients(this IServiceCollection services, IConfiguration configuration)
    {
        var plans = new PlanNames(configuration);
        services.AddSingleton(plans);
        services.AddSingleton<IClientPlans, ClientPlans>();
        services.AddOptions<QuotaOptions>().BindConfiguration(QuotaOptions.Section);
        foreach (var plan in plans.All)
        {
            // What a plan does not say is as in Quotas.
            var section = configuration.GetSection($"{QuotaOptions.PlansSection}:{plan}");
            services.AddOptions<QuotaOptions>(plan).BindConfiguration(QuotaOptions.Section).BindConfiguration(section.Path).ValidateOnStart();
            services.AddSingleton<IValidateOptions<QuotaOptions>>(new PlanCheck(plan, section));
        }

        services.AddOptions<ClientsOptions>()
            .Configure(clients => configuration.GetSection(ClientsOptions.Section).Bind(clients.ByName))
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<ClientsOptions>>(new ClientsCheck(plans, configuration.GetSection(ClientsOptions.Section)));
        return services;
    }

    /// <summary>Options that nobody reads: a limit or a key that is spelled wrongly must not be none.</summary>
    private static IEnumerable<string> Unread(IConfigurationSection section, params string[] known) => section.GetChildren()
        .Where(option => !known.Contains(option.Key, StringComparer.OrdinalIgnoreCase))
        .Select(option => $"{option.Path} is unknown; here are {string.Join(" and ", known)}.");

    private sealed class PlanCheck(string plan, IConfigurationSection section) : IValidateOptions<QuotaOptions>
    {
        public ValidateOptionsResult Validate(string? name, QuotaOptions options)
        {
            if (name != plan) return ValidateOptionsResult.Skip;
            if (!PlanNames.IsPlan(plan)) return ValidateOptionsResult.Fail($"{section.Path}: a plan's name has 1 to 64 of a-z, 0-9, dash and underscore, and is not '{PlanNames.Default}'.");
            var outOfRange = new List<ValidationResult>();
            _ = Validator.TryValidateObject(options, new(options), outOfRange, validateAllProperties: true);
            string[] wrong =
            [
                .. outOfRange.Select(w => $"{section.Path}:{string.Join(", ", w.MemberNames)}: {w.ErrorMessage}"),
                .. Unread(section, nameof(QuotaOptions.VideosPerDay), nameof(QuotaOptions.Cooldown)),
            ];
            return wrong.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
        }
    }

    private sealed class ClientsCheck(PlanNames plans, IConfigurationSection configured) : IValidateOptions<ClientsOptions>
    {
        public ValidateOptionsResult Validate(string? name, ClientsOptions options)
        {
            var wrong = options.ByName.SelectMany(client => WrongWith(client.Key, client.Value)).ToList();
            wrong.AddRange(configured.GetChildren().SelectMany(client => Unread(client, nameof(ClientOptions.KeySha256), nameof(ClientOptions.Plan))));
            wrong.AddRange(options.ByName.Where(c => c.Value.KeySha256 is not null)
                .GroupBy(c => c.Value.KeySha256, StringComparer.OrdinalIgnoreCase)
                .Where(same => same.Count() > 1)
                .Select(same => $"{string.Join(", ", same.Select(c => $"{ClientsOptions.Section}:{c.Key}:{nameof(ClientOptions.KeySha256)}"))} are the same: a key belongs to one client."));
            return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
        }

        private IEnumerable<string> WrongWith(string client, ClientOptions options)
        {
            var section = $"{ClientsOptions.Section}:{client}";
            if (!Owner.IsClient(client)) yield return $"{section}: {ClientRule}.";
            if (options.KeySha256 is not null && !KeyHash.TryParse(options.KeySha256, out _))
            {
                yield return $"{section}:{nameof(ClientOptions.KeySha256)} must be the SHA-256 of the key, 64 hexadecimal digits: printf %s \"$KEY\" | sha256sum.";
            }

            if (options.Plan is { } plan && plan != PlanNames.Default && !plans.Contains(plan))
            {
                yield return $"{section}:{nameof(ClientOptions.Plan)} is '{plan}', which is not configured. There are: {plans}.";
            }
        }
    }

    /// <summary>What a client may be called.</summary>
    public const string ClientRule = "a client's name has 1 to 64 of a-z, 0-9, dash and underscore, and is not 'local', which is this machine without a key";
}
