using Microsoft.Extensions.Options;
using VideoGen.Grains.Providers;
using VideoGen.Requests;
using VideoGen.Silo.Media;
using VideoGen.Silo.Providers.Http;
using VideoGen.Silo.Providers.Kling;
using VideoGen.Silo.Providers.OpenAiVideos;
using VideoGen.Silo.Providers.Replicate;
using VideoGen.Silo.Providers.VertexVeo;

namespace VideoGen.Silo.Providers;

/// <summary>Registers the provider accounts that the configuration names.</summary>
internal static class AccountsSetup
{
    public static IServiceCollection AddProviderAccounts(this IServiceCollection services, IConfiguration configuration)
    {
        foreach (var section in configuration.GetSection(AccountSettings.Section).GetChildren())
        {
            var name = section.Key;
            services.AddOptions<AccountSettings>(name).Bind(section).ValidateOnStart();
            services.AddSingleton<IValidateOptions<AccountSettings>>(new AccountCheck(section));
            services.AddKeyedSingleton<IVideoProvider>(name, (provider, _) => Make(provider, name));
            services.AddSingleton(provider => provider.GetRequiredKeyedService<IVideoProvider>(name));
            services.AddSingleton(provider => (IVideoSource)provider.GetRequiredKeyedService<IVideoProvider>(name));
        }

        return services;
    }

    private static IVideoProvider Make(IServiceProvider services, string name)
    {
        var settings = services.GetRequiredService<IOptionsMonitor<AccountSettings>>().Get(name);
        var options = AccountReader.Read(settings);
        var inputs = services.GetRequiredService<IInputFiles>();
        var time = services.GetRequiredService<TimeProvider>();
        return settings.Type switch
        {
            AccountTypes.Kling => new KlingVideos(name, options, inputs, time),
            AccountTypes.Replicate => new ReplicatePredictions(name, options, inputs, time),
            AccountTypes.VertexVeo => new VertexVideos(name, options, inputs, time),
            _ => new OpenAiProvider(name, options, inputs, time),
        };
    }

    private sealed class AccountCheck(IConfigurationSection section) : IValidateOptions<AccountSettings>
    {
        public ValidateOptionsResult Validate(string? name, AccountSettings options)
        {
            if (name != section.Key) return ValidateOptionsResult.Skip;
            var wrong = AccountReader.WrongWith(section, options).ToList();
            return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
        }
    }
}
