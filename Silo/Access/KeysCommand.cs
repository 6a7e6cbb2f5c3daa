using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using VideoGen.Access;
using VideoGen.Gateway.Access;
using VideoGen.Grains.Quotas;
using VideoGen.Storage.Access;
using static VideoGen.Silo.Hosting.Commands;

namespace VideoGen.Silo.Access;

/// <summary>
/// <c>videogen keys create|list|rotate|revoke</c>: what an operator does with keys. It works on the host's database whether the host runs
/// or not. What a program may read is on standard output, what a person should know on standard error.
/// </summary>
internal static class KeysCommand
{
    public const string Name = "keys";

    private const string NoSuchKey = "There is no such key: 'keys list' shows prefixes and numbers.";

    /// <param name="args">The arguments of the program. Those of the form <c>--Section:Name=value</c> are configuration, as the host's are.</param>
    /// <returns>0: done. 1: not, and standard error says why.</returns>
    public static Task<int> Run(string[] args) => Sentenced(() =>
    {
        var (settings, rest) = Split(args);
        var database = new KeysDatabase(settings);
        var keys = new Command(Name, "Who may call: API keys and the plans of clients.") { Create(database), List(database), Rotate(database), Revoke(database) };
        return new RootCommand("Orleans.VideoGen") { keys }.Parse(rest).InvokeAsync();
    });

    private static Command Create(KeysDatabase database)
    {
        var client = new Option<string>("--client") { Description = "Whose key it is: 1 to 64 of a-z, 0-9, dash and underscore.", Required = true };
        Check(client, Owner.IsClient, ConfiguredClients.Rule);
        var plan = new Option<string?>("--plan") { Description = $"The client's plan from now on, for all its keys. Default: the one it has; '{ClientPlan.Default}' is section {QuotaOptions.Section}." };
        Check(plan, name => name == ClientPlan.Default || ClientPlan.IsName(name), ClientPlan.Rule);
        var scopes = new Option<string?>("--scopes") { Description = $"What it may do, with commas between: {KeyDesk.ScopesRule}. Default: {string.Join(',', KeyScopeWords.Usual.Words())}." };
        Check(scopes, words => KeyScopeWords.TryParse(words.Split(','), out _), KeyDesk.ScopesRule);
        var name = new Option<string?>("--name") { Description = $"What people call it: {KeyDesk.NameRule}." };
        Check(name, NewKey.IsName, KeyDesk.NameRule);

        var command = new Command("create", "Makes a key and prints it, this once, on standard output.") { client, plan, scopes, name };
        command.SetAction((parsed, cancellationToken) => Sentenced(async () =>
        {
            var key = KeyDesk.Draw();
            var asked = parsed.GetValue(plan);
            var may = parsed.GetValue(scopes) is { } words && KeyScopeWords.TryParse(words.Split(','), out var said) ? said : KeyScopeWords.Usual;
            var made = new NewKey(parsed.GetRequiredValue(client), key.Prefix, key.Hash, may, parsed.GetValue(name));
            var created = await database.Run(k => k.Create(made, asked == ClientPlan.Default ? "" : asked, cancellationToken), cancellationToken).ConfigureAwait(false);
            if (created is null) return Fail(KeyDesk.TooMany);
            await Console.Out.WriteLineAsync(key.Reveal()).ConfigureAwait(false);
            Say(Sentences(created, asked, database.Plans));
            return 0;
        }));
        return command;
    }

    private static Command List(KeysDatabase database)
    {
        var json = new Option<bool>("--json") { Description = "As JSON, for programs." };
        var command = new Command("list", "Shows all keys of the database, those that are revoked or have expired too. Keys by configuration are not among them.") { json };
        command.SetAction((parsed, cancellationToken) => Sentenced(async () =>
        {
            var list = await database.Run(k => k.List(client: null, int.MaxValue, cancellationToken), cancellationToken).ConfigureAwait(false);
            await Console.Out.WriteAsync(parsed.GetValue(json) ? KeysTable.Json(list) : KeysTable.Text(list)).ConfigureAwait(false);
            return 0;
        }));
        return command;
    }

    private static Command Rotate(KeysDatabase database)
    {
        var which = new Argument<string>("key") { Description = "The old key's prefix or number, as 'keys list' shows them." };
        var keep = new Option<long>("--keep-for") { Description = $"How long the old key works beside the new one: {KeyDesk.KeepRule}.", DefaultValueFactory = _ => (long)IClientBook.UsualKeep.TotalSeconds };
        keep.Validators.Add(given =>
        {
            if (KeyDesk.Keep(given.GetValueOrDefault<long>()) is null) given.AddError($"--keep-for: {KeyDesk.KeepRule}.");
        });
        var command = new Command("rotate", "Makes another key with the client, scopes and name of one, and prints it, this once, on standard output. The old one ends by itself.") { which, keep };
        command.SetAction((parsed, cancellationToken) => Sentenced(async () =>
        {
            var key = KeyDesk.Draw();
            var (old, keepFor) = (KeyDesk.Which(parsed.GetRequiredValue(which)), KeyDesk.Keep(parsed.GetValue(keep))!.Value);
            switch (await database.Run(k => k.Rotate(old, key.Prefix, key.Hash, keepFor, cancellationToken), cancellationToken).ConfigureAwait(false))
            {
                case RotateAnswer.Rotated rotated:
                    await Console.Out.WriteLineAsync(key.Reveal()).ConfigureAwait(false);
                    Say(string.Create(CultureInfo.InvariantCulture,
                        $"Key {rotated.New.Id} of client {rotated.New.Client} works within {IClientKeys.MaxAge.TotalSeconds} s. It is shown this once: only its hash is stored.\nKey {rotated.Old.Id} ({rotated.Old.Prefix}) works until {rotated.Old.ExpiresAt:u}, and no host takes it {IClientKeys.MaxAge.TotalSeconds} s later."));
                    return 0;
                case RotateAnswer.NotInForce not:
                    return Fail(KeyDesk.WhyNot(not.Key));
                case RotateAnswer.TooMany:
                    return Fail(KeyDesk.TooMany);
                default:
                    return Fail(NoSuchKey);
            }
        }));
        return command;
    }

    private static Command Revoke(KeysDatabase database)
    {
        var which = new Argument<string>("key") { Description = "The key's prefix or number, as 'keys list' shows them." };
        var command = new Command("revoke", "Takes a key out of force, for ever and within seconds.") { which };
        command.SetAction((parsed, cancellationToken) => Sentenced(async () =>
        {
            var revoked = await database.Run(k => k.Revoke(KeyDesk.Which(parsed.GetRequiredValue(which)), cancellationToken), cancellationToken).ConfigureAwait(false);
            if (revoked is null) return Fail(NoSuchKey);
            Say(string.Create(CultureInfo.InvariantCulture,
                $"Key {revoked.Id} ({revoked.Prefix}) of client {revoked.Client} is revoked since {revoked.RevokedAt:u}. {IClientKeys.MaxAge.TotalSeconds} s after that no host takes it."));
            return 0;
        }));
        return command;
    }

    private static void Check(Option option, Predicate<string> holds, string rule) => option.Validators.Add(given =>
    {
        if (given.GetValueOrDefault<string?>() is { } text && !holds(text)) given.AddError($"{option.Name}: {rule}.");
    });

    private static string Sentences(StoredKey created, string? asked, PlanNames plans)
    {
        var said = string.Create(CultureInfo.InvariantCulture,
            $"Key {created.Id} of client {created.Client}, plan {created.Plan ?? ClientPlan.Default}, may {string.Join(" and ", created.Scopes.Words())}, and works within {IClientKeys.MaxAge.TotalSeconds} s. It is shown this once: only its hash is stored.");
        if (created.Scopes.HasFlag(KeyScopes.Admin)) said += "\nIt opens /api/admin, where every client's videos, money and keys are: guard it as the operator's own.";
        if (asked is not null) said += $"\nThe plan is the client's: it holds for all keys of {created.Client}.";
        if (created.Plan is { } plan && !plans.Contains(plan))
        {
            said += $"\nNo plan '{plan}' is configured here. As long as the host has none ({ClientPlan.Section}:{plan}:{nameof(QuotaOptions.VideosPerDay)}), the limits of section {QuotaOptions.Section} hold.";
        }

        return said + "\nEvery call needs a key from now on, those from this machine too: Authorization: Bearer <key>.";
    }
}
