using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.Options;

namespace VideoGen.Gateway.Access;

/// <summary>Which web pages may call from a browser: none unless configured, and never all.</summary>
internal static class Origins
{
    private static readonly string[] Asked = ["Authorization", "Content-Type", "Idempotency-Key", "If-None-Match", "Last-Event-ID", "X-Request-Id", "X-VideoGen-Run", "X-VideoGen-User"];
    private static readonly string[] Told = ["ETag", "Location", "openai-poll-after-ms", "RateLimit", "RateLimit-Policy", "Retry-After", "VideoGen-Dedup", "VideoGen-Webhook", "x-request-id", "x-should-retry"];

    public static IServiceCollection AddOrigins(this IServiceCollection services)
    {
        services.AddSingleton<IValidateOptions<GatewayOptions>, OriginsCheck>();
        services.AddCors();
        services.AddOptions<CorsOptions>().Configure<IOptions<GatewayOptions>>((cors, options) => cors.AddDefaultPolicy(policy => policy
            .WithOrigins([.. options.Value.CorsOrigins ?? []])
            .WithMethods(HttpMethods.Get, HttpMethods.Head, HttpMethods.Post, HttpMethods.Delete)
            .WithHeaders(Asked)
            .WithExposedHeaders(Told)
            .SetPreflightMaxAge(TimeSpan.FromMinutes(10))));
        return services;
    }

    /// <summary>Before the check of keys: a browser asks without one whether it may ask.</summary>
    public static void UseOrigins(this WebApplication app)
    {
        if (app.Services.GetRequiredService<IOptions<GatewayOptions>>().Value.CorsOrigins is { Count: > 0 }) app.UseCors();
    }

    private sealed class OriginsCheck : IValidateOptions<GatewayOptions>
    {
        public ValidateOptionsResult Validate(string? name, GatewayOptions options)
        {
            var wrong = (options.CorsOrigins ?? []).Where(origin => !IsOrigin(origin)).ToList();
            return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(
                $"{GatewayOptions.Section}:{nameof(options.CorsOrigins)} has '{string.Join("', '", wrong)}': an origin is a scheme, a host and perhaps a port, such as https://app.example.com, and all origins are not one.");
        }

        private static bool IsOrigin(string origin) =>
            Uri.TryCreate(origin, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp) && url.GetLeftPart(UriPartial.Authority) == origin;
    }
}
