using Microsoft.Extensions.Options;
using VideoGen.Silo.Providers.Http;

namespace VideoGen.Silo.Providers;

/// <summary>Reads section <c>Providers:Accounts</c>.</summary>
internal static class AccountsSection
{
    /// <summary>Options of which whatever is wrong is said by name.</summary>
    public static OptionsBuilder<AccountsOptions> AddAccountsOptions(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<IValidateOptions<AccountsOptions>>(new AccountsCheck(configuration.GetSection(AccountSettings.Section)));
        return services.AddOptions<AccountsOptions>().Configure(options => Read(configuration, options));
    }

    /// <summary>What the section says now.</summary>
    public static AccountsOptions Read(IConfiguration configuration)
    {
        var options = new AccountsOptions();
        Read(configuration, options);
        return options;
    }

    private static void Read(IConfiguration configuration, AccountsOptions options)
    {
        foreach (var section in configuration.GetSection(AccountSettings.Section).GetChildren()) options.ByName.Add(section.Key, section.Get<AccountSettings>() ?? new());
    }

    private sealed class AccountsCheck(IConfigurationSection accounts) : IValidateOptions<AccountsOptions>
    {
        public ValidateOptionsResult Validate(string? name, AccountsOptions options)
        {
            var wrong = options.ByName.SelectMany(account => AccountReader.WrongWith(accounts.GetSection(account.Key), account.Value)).ToList();
            return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
        }
    }
}
