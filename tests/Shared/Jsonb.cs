using System.Text.Json.Nodes;

namespace VideoGen.Tests;

/// <summary>Documents as PostgreSQL's jsonb gives them back: members sorted by length and then by name.</summary>
internal static class Jsonb
{
    public static JsonNode Sorted(JsonNode node) => node switch
    {
        JsonObject o => new JsonObject(o.OrderBy(m => m.Key.Length).ThenBy(m => m.Key, StringComparer.Ordinal)
            .Select(m => KeyValuePair.Create(m.Key, m.Value is null ? null : Sorted(m.Value)))),
        JsonArray a => new JsonArray([.. a.Select(n => n is null ? null : Sorted(n))]),
        _ => node.DeepClone(),
    };
}
