using Microsoft.Extensions.Options;
using VideoGen.Access;
using VideoGen.Gateway.Catalogue;

namespace VideoGen.Gateway.Access;

/// <summary>What a plan says to the door; section <c>Plans:&lt;name&gt;</c>, where its limits are, too.</summary>
internal sealed class PlanModels
{
    /// <summary>The public names of the models that clients with this plan may ask for, at least one. Default: all.</summary>
    public IReadOnlyList<string>? Models { get; set; }
}

/// <summary>Which models each client may ask for, by its plan as it is now.</summary>
internal sealed class ClientModels(IClientKeys keys, PlanNames plans, IOptionsMonitor<PlanModels> options)
{
    /// <summary>The name of the client's plan in force.</summary>
    public string PlanOf(string client) => plans.InForce(keys.Latest.PlanOf(client)) ?? ClientPlan.Default;

    /// <summary>The models of a plan; null: all that there are.</summary>
    public IReadOnlyList<string>? Of(string plan) => plan == ClientPlan.Default ? null : options.Get(plan).Models;

    /// <summary>Why this client may not ask for this model; null where it may.</summary>
    /// <param name="client">The client.</param>
    /// <param name="model">The public name of a model that there is.</param>
    /// <param name="isSaid">Whether the ask named it, or meant it by naming none.</param>
    public Problem? Refusal(string client, string model, bool isSaid)
    {
        var plan = PlanOf(client);
        return Of(plan) is { } models && !models.Contains(model, StringComparer.Ordinal) ? Problems.ModelNotAllowed(model, isSaid, plan, models) : null;
    }
}

/// <summary>Registers plans, as far as the door needs them.</summary>
internal static class PlanSetup
{
    /// <summary>Adds the names of the plans and their models, which are checked at start against the catalogue.</summary>
    public static PlanNames AddPlans(this IServiceCollection services, IConfiguration configuration)
    {
        var plans = new PlanNames(configuration);
        services.AddSingleton(plans);
        foreach (var plan in plans.All)
        {
            var section = configuration.GetSection($"{ClientPlan.Section}:{plan}");
            services.AddOptions<PlanModels>(plan).BindConfiguration(section.Path).ValidateOnStart();
            services.AddSingleton<IValidateOptions<PlanModels>>(new PlanModelsCheck(plan, configuration));
        }

        return plans;
    }

    private sealed class PlanModelsCheck(string plan, IConfiguration configuration) : IValidateOptions<PlanModels>
    {
        public ValidateOptionsResult Validate(string? name, PlanModels options)
        {
            if (name != plan) return ValidateOptionsResult.Skip;
            var at = $"{ClientPlan.Section}:{plan}:{nameof(PlanModels.Models)}";
            if (configuration[at] is not null) return ValidateOptionsResult.Fail($"{at} is a list: {at}:0, {at}:1 and so on name one model each.");
            if (options.Models is not { } models) return ValidateOptionsResult.Success;
            if (models.Count == 0) return ValidateOptionsResult.Fail($"{at} names no model, so nobody with this plan could ask for anything: name one, or leave it out for all.");
            var known = Known();
            return known is not null && models.Where(model => !known.Contains(model, StringComparer.Ordinal)).ToList() is { Count: > 0 } unknown
                ? ValidateOptionsResult.Fail($"{at} has '{string.Join("', '", unknown)}', which is no model of the catalogue. There are: {string.Join(", ", known)}.")
                : ValidateOptionsResult.Success;
        }

        // As the configuration says now: a model may come in the same change as the plan that names it. Null where the catalogue is wrong, which its own checks say.
        private List<string>? Known()
        {
            try
            {
                return [.. ModelCatalogue.TermsOf(CatalogueSection.Read(configuration), localUsdPerSecond: 0).Select(terms => terms.Model)];
            }
            catch (OptionsValidationException)
            {
                return null;
            }
        }
    }
}
