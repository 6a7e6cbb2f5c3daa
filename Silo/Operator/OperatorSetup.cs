using Microsoft.Extensions.Options;
using VideoGen.Grains.Requests;
using VideoGen.Gateway.Http;
using VideoGen.Silo.Webhooks;

namespace VideoGen.Silo.Operator;

/// <summary>Registers the way to the operator.</summary>
internal static class OperatorSetup
{
    public static IServiceCollection AddOperatorNews(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<OperatorWebhookOptions>().Bind(configuration.GetSection(OperatorWebhookOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<OperatorWebhookOptions>, WebhookCheck>();
        return services.AddSingleton<IOperatorNews, OperatorWebhook>();
    }

    private sealed class WebhookCheck : IValidateOptions<OperatorWebhookOptions>
    {
        public ValidateOptionsResult Validate(string? name, OperatorWebhookOptions options)
        {
            const string At = OperatorWebhookOptions.Section;
            if (options.Url is { } url && !(url.IsAbsoluteUri && url.Scheme is "http" or "https")) return ValidateOptionsResult.Fail($"{At}:{nameof(options.Url)} must be an http or https address.");
            if (options.Url is not null && StandardWebhook.SecretOf(options.Secret) is null)
            {
                return ValidateOptionsResult.Fail($"{At}:{nameof(options.Secret)} must be whsec_ and 24 to 64 bytes in base64: printf whsec_; head -c 32 /dev/urandom | base64");
            }

            return options is { Url: { } place, PrivateAddresses: false } && SafeHttp.WrongWith(place, OperatorWebhook.PrivateOption) is { } wrong
                ? ValidateOptionsResult.Fail($"{At}:{nameof(options.Url)}: {wrong}")
                : ValidateOptionsResult.Success;
        }
    }
}
