using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace VideoGen.Silo.Tests.Hosting;

/// <summary>
/// Requests that an OpenAPI document calls for, made wrong: wrong types, sizes and encodings, Unicode, members that are missing, repeated or
/// unknown. One seed makes the same requests in the same order.
/// </summary>
internal sealed class WireFuzz(JsonNode document, int seed)
{
    private const int HugeText = 100_000;

    // What must not happen to the host that is tried: waits that are asked for, a pause of all, and an end of the keys that this needs.
    private static readonly Dictionary<string, string[]> Harmless = new(StringComparer.Ordinal)
    {
        ["wait"] = ["0", "1", "60", "-1", "1e3", "９"],
        ["scope"] = ["client:nobody", "user:nobody/x", "provider:none", "global ", "client:", "user:a"],
        ["client"] = ["nobody", "no body", "", "Ärger", "a/b"],
        ["seconds"] = ["4", "0", "-4", "4.0", "four", "99999999999999999999"],
        ["model"] = ["local", "nobody's", "local\u0000", ""],
        ["size"] = ["1280x720", "1280X720", "0x0", "x"],
    };

    private static readonly string[] Odd =
    [
        "", " ", "\t\r\n", "null", "true", "0", "-1", "1e400", "NaN", "\u0000", "\u202Etxet", "😀", "e\u0301", "ｆｕｌｌ", "'; drop table videogen.videos; --", "../../etc/passwd", "%2e%2e%2f", "${jndi:ldap://x}",
        "<script>alert(1)</script>", "a\r\nX-Injected: yes", "{{7*7}}", "=cmd|'/c calc'!A1", "video_v-x_1", "video_v-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa_1", "9223372036854775808",
    ];

    private static readonly string[] Bodies =
    [
        "", "{", "[]", "null", "\"text\"", "0", "{}{}", "{\"prompt\":}", "{\"prompt\":\"a\",\"prompt\":\"b\"}", "{\"\\ud800\":1}", "{\"prompt\":\"\\ud800\"}", "// no\n{}", "{'prompt':'a'}", "\u00EF\u00BB\u00BF{}",
    ];

    private readonly Random chance = new(seed);

    private readonly (string Path, string Method, JsonNode Operation)[] operations =
    [
        // Each with a body counts three times: more can be wrong with it.
        .. document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().SelectMany(operation => Enumerable.Repeat((path.Key, operation.Key, operation.Value!), operation.Value!["requestBody"] is null ? 1 : 3))),
    ];

    /// <summary>The next request, and what it is of.</summary>
    public (HttpRequestMessage Request, JsonNode Operation, string Path) Next()
    {
        var (path, method, operation) = operations[chance.Next(operations.Length)];
        var address = path;
        var query = new List<string>();
        var headers = new List<(string Name, string Value)>();
        foreach (var given in operation["parameters"]!.AsArray())
        {
            var name = (string)given!["name"]!;
            var value = Text(name, given["schema"]!);
            switch ((string)given["in"]!)
            {
                case "path":
                    address = address.Replace($"{{{name}}}", PathText(name, value), StringComparison.Ordinal);
                    break;
                case "query" when chance.Next(3) > 0:
                    for (var times = chance.Next(12) == 0 ? 2 : 1; times > 0; times--) query.Add($"{name}={Uri.EscapeDataString(value)}");
                    break;
                case "header" when chance.Next(4) == 0:
                    headers.Add((name, new([.. value.Where(c => c is >= ' ' and < '\u007F').Take(2_000)])));
                    break;
            }
        }

        if (chance.Next(10) == 0) query.Add($"of_nobody={chance.Next()}");
        var target = address + (query.Count == 0 ? "" : "?" + string.Join('&', query));
        var request = new HttpRequestMessage(new HttpMethod(method.ToUpperInvariant()), new Uri(target, UriKind.Relative));
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        if (operation["requestBody"] is { } body) request.Content = Body(body["content"]!.AsObject());
        return (request, operation, path);
    }

    // An empty part of a path is another path, and dots are taken away by whoever sends it.
    private string PathText(string name, string value)
    {
        var text = value.Length == 0 || value.Trim('.').Length == 0 || value.Contains('\0', StringComparison.Ordinal) ? "x" : value[..Math.Min(value.Length, 3_000)];
        if (name == "id" && int.TryParse(text, CultureInfo.InvariantCulture, out _)) text = (1_000_000 + chance.Next(1_000)).ToString(CultureInfo.InvariantCulture);
        return Uri.EscapeDataString(text);
    }

    private string Text(string name, JsonNode schema)
    {
        if (Harmless.TryGetValue(name, out var known) && chance.Next(4) > 0) return known[chance.Next(3) > 0 ? 0 : chance.Next(known.Length)];
        if (schema["enum"] is JsonArray words && chance.Next(2) == 0) return (string)words[chance.Next(words.Count)]!;
        if (name is "wait" or "scope") return known![chance.Next(known!.Length)];
        return chance.Next(12) switch
        {
            0 => new string('x', chance.Next(HugeText)),
            1 => string.Concat(Enumerable.Range(0, chance.Next(200)).Select(_ => char.ConvertFromUtf32(chance.Next(2) == 0 ? chance.Next(1, 0xD800) : chance.Next(0xE000, 0x110000)))),
            2 => chance.Next(-10, 1_000).ToString(CultureInfo.InvariantCulture),
            3 => $"2026-{chance.Next(0, 14):00}-{chance.Next(0, 33):00}",
            < 6 => Odd[chance.Next(Odd.Length)],
            _ => $"word{chance.Next(1_000)}",
        };
    }

    private HttpContent Body(JsonObject content)
    {
        var type = content["multipart/form-data"] is not null && chance.Next(3) == 0 ? "multipart/form-data" : "application/json";
        if (chance.Next(8) == 0) return Raw(Encoding.UTF8.GetBytes(Bodies[chance.Next(Bodies.Length)]), type);
        var schema = content[type]!["schema"]!;
        if (type == "multipart/form-data") return Form(schema);
        var text = Json(schema, depth: 0);
        var bytes = chance.Next(20) switch
        {
            0 => Encoding.Unicode.GetBytes(text),
            1 => Encoding.Latin1.GetBytes(text + "ÿþ"),
            2 => Encoding.UTF8.GetBytes(text[..chance.Next(text.Length + 1)]),
            3 => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", chance.Next(1, 3_000))) + text),
            _ => Encoding.UTF8.GetBytes(text),
        };
        return Raw(bytes, chance.Next(15) switch { 0 => "text/plain", 1 => "application/json; charset=utf-16", 2 => "application/x-www-form-urlencoded", 3 => "", _ => "application/json" });
    }

    private static ByteArrayContent Raw(byte[] bytes, string type)
    {
        var content = new ByteArrayContent(bytes);
        if (type.Length > 0) content.Headers.TryAddWithoutValidation("Content-Type", type);
        return content;
    }

    private ByteArrayContent Form(JsonNode schema)
    {
        var boundary = chance.Next(10) == 0 ? "" : "b" + chance.Next().ToString(CultureInfo.InvariantCulture);
        var text = new StringBuilder();
        foreach (var (name, member) in schema["properties"]!.AsObject().Where(_ => chance.Next(3) > 0))
        {
            for (var times = chance.Next(12) == 0 ? 2 : 1; times > 0; times--)
            {
                text.Append(CultureInfo.InvariantCulture, $"--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"{(name == "input_reference" ? "; filename=\"p.png\"" : "")}\r\n\r\n");
                text.Append(Text(name, member!)).Append("\r\n");
            }
        }

        if (chance.Next(6) > 0) text.Append(CultureInfo.InvariantCulture, $"--{boundary}--\r\n");
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(text.ToString()));
        content.Headers.ContentType = MediaTypeHeaderValue.TryParse($"multipart/form-data; boundary={boundary}", out var type) ? type : null;
        return content;
    }

    private string Json(JsonNode schema, int depth)
    {
        var members = new List<string>();
        var required = schema["required"]?.AsArray().Select(name => (string)name!).ToHashSet(StringComparer.Ordinal) ?? [];
        foreach (var (name, member) in (schema["properties"] as JsonObject ?? []).Where(member => chance.Next(8) > (required.Contains(member.Key) ? 0 : 4)))
        {
            var value = $"{JsonSerializer.Serialize(name)}:{Value(name, member!, depth)}";
            members.Add(value);
            if (chance.Next(40) == 0) members.Add(value);
        }

        if (chance.Next(20) == 0) members.Add("\"of_nobody\":1");
        return $"{{{string.Join(',', members)}}}";
    }

    private string Value(string name, JsonNode schema, int depth) => chance.Next(25) switch
    {
        0 => "null",
        1 => "[]",
        2 => "{\"a\":[1,{}]}",
        3 => chance.Next(2) == 0 ? "true" : "-1.5e300",
        _ when depth < 3 && schema["properties"] is not null => Json(schema, depth + 1),
        _ => ((schema["type"] as JsonValue)?.ToString()) switch
        {
            "boolean" => "true",
            "integer" => chance.Next(-1, 100_000).ToString(CultureInfo.InvariantCulture),
            "array" => $"[{JsonSerializer.Serialize(Text(name, schema))}]",
            _ => JsonSerializer.Serialize(Text(name, schema)),
        },
    };
}
