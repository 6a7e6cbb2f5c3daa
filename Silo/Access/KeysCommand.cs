using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using VideoGen.Access;
using VideoGen.Grains.Quotas;
using VideoGen.Storage.Access;
using VideoGen.Storage.Hosts;
using static VideoGen.Silo.Hosting.Commands;

namespace VideoGen.Silo.Access;

/// <summary>
/// <c>videogen keys create|list|revoke</c>: what an operator does with keys. It works on the host's database whether the host runs or
/// not. What a program may read is on standard output, what a person should know on standard error.
/// </summary>
internal static class KeysCommand
{
    public const string Name = "keys";

    /// <param name="args">The arguments of the program. Those of the form <c>--Section:Name=value</c> are configuration, as the host's are.</param>
    /// <returns>0: done. 1: not, and standard error says why.</returns>
    public static Task<int> Run(string[] args) => Sentenced(() =>
    {
        var (settings, rest) = Split(args);
        var database = new KeysDatabase(settings);
        var root = new RootCommand("Orleans.VideoGen") { new Command(Name, "Who may call: API keys and the plans of clients.") { Create(database), List(database), Revoke(database) } };
        return root.Parse(rest).InvokeAsync();
    });

    private static Command Create(KeysDatabase database)
    {
        var client = new Option<string>("--client") { Description = "Whose key it is: 1 to 64 of a-z, 0-9, dash and underscore.", Required = true };
        client.Validators.Add(given =>
        {
            if (!Owner.IsClient(given.GetValueOrDefault<string>())) given.AddError($"--client: {ConfiguredClients.Rule}.");
        });
        var plan = new Option<string?>("--plan") { Description = $"The client's plan from now on, for all its keys. Default: the one it has; '{PlanNames.Default}' is section {QuotaOptions.Section}." };
        plan.Validators.Add(given =>
        {
            if (given.GetValueOrDefault<string>() is { } name && name != PlanNames.Default && !PlanNames.IsPlan(name)) given.AddError("--plan: a plan's name has 1 to 64 of a-z, 0-9, dash and underscore.");
        });

        var command = new Command("create", "Makes a key and prints it, this once, on standard output.") { client, plan };
        command.SetAction((parsed, cancellationToken) => Sentenced(async () =>
        {
            var key = ApiKey.From(RandomNumberGenerator.GetString(ApiKey.Alphabet, ApiKey.SecretLength));
            var asked = parsed.GetValue(plan);
            var created = await database.Run(k => k.Create(parsed.GetRequiredValue(client), asked == PlanNames.Default ? "" : asked, key.Prefix, key.Hash, cancellationToken), cancellationToken).ConfigureAwait(false);
            if (created is null) return Fail(string.Create(CultureInfo.InvariantCulture, $"{PostgresClientKeys.MaxKeys} keys are in force, and more cannot be: revoke those that nobody uses."));
            await Console.Out.WriteLineAsync(key.Reveal()).ConfigureAwait(false);
            Say(Sentences(created, asked, database.Plans));
            return 0;
        }));
        return command;
    }

    private static Command List(KeysDatabase database)
    {
        var json = new Option<bool>("--json") { Description = "As JSON, for programs." };
        var command = new Command("list", "Shows all keys of the database, those that are revoked too. Keys by configuration are not among them.") { json };
        command.SetAction((parsed, cancellationToken) => Sentenced(async () =>
        {
            var list = await database.Run(k => k.List(cancellationToken), cancellationToken).ConfigureAwait(false);
            await Console.Out.WriteAsync(parsed.GetValue(json) ? KeysTable.Json(list) : KeysTable.Text(list)).ConfigureAwait(false);
            return 0;
        }));
        return command;
    }

    private static Command Revoke(KeysDatabase database)
    {
        var which = new Argument<string>("key") { Description = "The key's prefix or number, as 'keys list' shows them." };
        var command = new Command("revoke", "Takes a key out of force, for ever and within seconds.") { which };
        command.SetAction((parsed, cancellationToken) => Sentenced(async () =>
        {
            // Who pastes the whole key means that key.
            var given = parsed.GetRequiredValue(which);
            var revoked = await database.Run(k => k.Revoke(ApiKey.TryParse(given, out var whole) ? whole.Prefix : given, cancellationToken), cancellationToken).ConfigureAwait(false);
            if (revoked is null) return Fail("There is no such key: 'keys list' shows prefixes and numbers.");
            Say(string.Create(CultureInfo.InvariantCulture,
                $"Key {revoked.Id} ({revoked.Prefix}) of client {revoked.Client} is revoked since {revoked.RevokedAt:u}. {IClientKeys.MaxAge.TotalSeconds} s after that no host takes it."));
            return 0;
        }));
        return command;
    }

    private static string Sentences(StoredKey created, string? asked, PlanNames plans)
    {
        var said = string.Create(CultureInfo.InvariantCulture,
            $"Key {created.Id} of client {created.Client}, plan {created.Plan ?? PlanNames.Default}, works within {IClientKeys.MaxAge.TotalSeconds} s. It is shown this once: only its hash is stored.");
        if (asked is not null) said += $"\nThe plan is the client's: it holds for all keys of {created.Client}.";
        if (created.Plan is { } plan && !plans.Contains(plan))
        {
            said += $"\nNo plan '{plan}' is configured here. As long as the host has none ({QuotaOptions.PlansSection}:{plan}:{nameof(QuotaOptions.VideosPerDay)}), the limits of section {QuotaOptions.Section} hold.";
        }

        return said + "\nEvery call needs a key from now on, those from this machine too: Authorization: Bearer <key>.";
    }
}
