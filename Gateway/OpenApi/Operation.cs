using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace VideoGen.Gateway.OpenApi;

/// <summary>
/// What the document says of a route: metadata of its endpoint, without which a route is not in the document, and a test fails. What can go
/// wrong at every route is said by <see cref="OperationWriter"/>.
/// </summary>
/// <param name="Id">Its name for programs, once in the document.</param>
/// <param name="Summary">What it does, in a line.</param>
internal sealed record Operation(string Id, string Summary)
{
    /// <summary>More than fits the line.</summary>
    public string? Description { get; init; }

    /// <summary>What stands in the path, the query and the headers.</summary>
    public IReadOnlyList<Given> Given { get; init; } = [];

    /// <summary>What stands in the body; null where none is read.</summary>
    public Sent? Body { get; init; }

    /// <summary>What it answers with where nothing is wrong.</summary>
    public IReadOnlyList<Reply> Replies { get; init; } = [];

    /// <summary>What may be wrong here, one of each code.</summary>
    public IReadOnlyList<Problem> Refusals { get; init; } = [];
}

/// <summary>A member of the path, the query or the headers.</summary>
internal sealed record Given(ParameterLocation In, string Name, string Description, OpenApiSchema Schema)
{
    public static Given Path(string name, string description, string example) =>
        new(ParameterLocation.Path, name, description, new() { Type = JsonSchemaType.String, Examples = [JsonValue.Create(example)] });

    public static Given Text(string name, string description, int maxLength = 0) =>
        new(ParameterLocation.Query, name, description, new() { Type = JsonSchemaType.String, MaxLength = maxLength == 0 ? null : maxLength });

    public static Given Header(string name, string description, int maxLength = 0) => Text(name, description, maxLength) with { In = ParameterLocation.Header };

    public static Given OneOf(string name, string description, params IEnumerable<string> words) =>
        new(ParameterLocation.Query, name, description, new() { Type = JsonSchemaType.String, Enum = [.. words.Select(word => (JsonNode)JsonValue.Create(word))] });

    public static Given Whole(string name, string description, int least, int most) => new(
        ParameterLocation.Query,
        name,
        description,
        new() { Type = JsonSchemaType.Integer, Minimum = least.ToString(System.Globalization.CultureInfo.InvariantCulture), Maximum = most.ToString(System.Globalization.CultureInfo.InvariantCulture) });

    public static Given Day(string name, string description) => new(ParameterLocation.Query, name, description, new() { Type = JsonSchemaType.String, Format = "date" });
}

/// <summary>A body that is read.</summary>
/// <param name="Type">What its members are.</param>
/// <param name="Example">One that works.</param>
internal sealed record Sent(Type Type, string Example)
{
    /// <summary>The same as a form, which takes a file, too; null where no form is taken.</summary>
    public Type? Form { get; init; }

    /// <summary>Whether there must be one.</summary>
    public bool IsRequired { get; init; } = true;
}

/// <summary>An answer.</summary>
/// <param name="Status">Its code.</param>
/// <param name="Description">When, and what it is.</param>
/// <param name="Type">What its members are; null where it is no JSON of ours.</param>
internal sealed record Reply(int Status, string Description, Type? Type = null)
{
    /// <summary>What else it may be, as media types.</summary>
    public IReadOnlyList<string> Media { get; init; } = [];

    /// <summary>Headers that it has besides those of all answers.</summary>
    public IReadOnlyList<(string Name, string Description)> Headers { get; init; } = [];
}
