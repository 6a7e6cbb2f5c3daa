using VideoGen.Gateway.Operator;

namespace VideoGen.Gateway.OpenApi;

/// <summary>What the document says of clients and their keys under <c>/api/admin</c>.</summary>
internal static class KeyOperations
{
    private static readonly Given Id = Given.Path("id", "A key's number or its prefix.", "vg_G173nS9U"), Name = Given.Path("client", "A client's name.", "bot");

    private static readonly IReadOnlyList<Problem> OfBody = [.. Samples.OfJson];

    public static readonly Operation Keys = new("list_keys", "The keys of clients, those in force first; never a key itself, or its hash.")
    {
        Given = [Given.Text("client", "Whose.")],
        Replies = [new(200, "The keys of the database. Those of the configuration are not among them.", typeof(KeyListBody))],
        Refusals = [Samples.Field],
    };

    public static readonly Operation Create = new("create_key", "Makes a key, and shows it this once.")
    {
        Body = new(typeof(NewKeyDocument), """{"client":"bot","scopes":["generate","read"],"name":"The bot"}"""),
        Replies = [new(Problems.Created, "The key. It works at every host 5 s later.", typeof(MadeKeyBody))],
        Refusals = [.. OfBody, Samples.TooManyKeys, Samples.ClientConfigured],
    };

    public static readonly Operation Rotate = new("rotate_key", "Puts another key in the place of one, with its client, scopes and name.")
    {
        Description = "The old one works beside it for as long as is said, and 5 s later at no host.",
        Given = [Id],
        Body = new(typeof(RotateDocument), """{"keep_for":86400}""") { IsRequired = false },
        Replies = [new(Problems.Created, "The new key, shown this once, and the old one.", typeof(MadeKeyBody))],
        Refusals = [.. OfBody, Samples.NoSuchKey, Samples.KeyNotRotated, Samples.TooManyKeys],
    };

    public static readonly Operation Revoke = new("revoke_key", "Takes a key out of force, for ever.")
    {
        Given = [Id],
        Replies = [new(200, "The key. No host takes it 5 s later; twice is as once.", typeof(KeyBody))],
        Refusals = [Samples.NoSuchKey],
    };

    public static readonly Operation Clients = new("list_clients", "Who there is, with which plan.") { Replies = [new(200, "All of them, those of the configuration too.", typeof(ClientListBody))] };

    public static readonly Operation Client = new("get_client", "A client's plan, limits, budgets, videos and keys.")
    {
        Given = [Name],
        Replies = [new(200, "As they are now.", typeof(ClientDetailBody))],
        Refusals = [Samples.NoSuchClient],
    };

    public static readonly Operation Plan = new("set_plan", "Gives a client another plan.")
    {
        Given = [Name],
        Body = new(typeof(PlanDocument), """{"plan":"pro"}"""),
        Replies = [new(200, "The client.", typeof(ClientBody))],
        Refusals = [.. OfBody, Samples.NoSuchClient, Samples.ClientConfigured],
    };
}
