using System.Text.Json;
using System.Text.Json.Nodes;
using VideoGen.Grains.Persistence;
using VideoGen.Grains.Quotas;
using VideoGen.Grains.Requests;
using VideoGen.Tests;

namespace VideoGen.Grains.Tests.Requests;

/// <summary>
/// Documents as released versions wrote them, of requests one file for each state. They are never edited: new versions add files, and all
/// must load.
/// </summary>
public sealed class StoredDocumentsTests
{
    private static readonly string Folder = Golden.PathOf("StoredDocuments");

    private static readonly Dictionary<string, Type> Kinds = new(StringComparer.Ordinal)
    {
        ["StoredDocuments"] = typeof(RequestDocument), ["StoredLedgers"] = typeof(QuotaDocument), ["StoredKeys"] = typeof(IdempotencyDocument),
    };

    public static TheoryData<string> Files =>
        [.. Kinds.Keys.SelectMany(kind => Directory.GetFiles(Golden.PathOf(kind), "*.json", SearchOption.AllDirectories)).Select(f => Path.GetRelativePath(Golden.PathOf(""), f)).Order()];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_stored_document_loads_and_is_written_as_it_was(string file)
    {
        var stored = JsonNode.Parse(File.ReadAllText(Golden.PathOf(file)))!;
        var document = stored.Deserialize(KindOf(file), StateJson.Options)!;
        Assert.True(JsonNode.DeepEquals(stored, JsonSerializer.SerializeToNode(document, KindOf(file), StateJson.Options)), file);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void It_loads_whatever_the_order_of_its_members(string file)
    {
        var stored = JsonNode.Parse(File.ReadAllText(Golden.PathOf(file)))!;
        var document = Jsonb.Sorted(stored).Deserialize(KindOf(file), StateJson.Options)!;
        Assert.True(JsonNode.DeepEquals(stored, JsonSerializer.SerializeToNode(document, KindOf(file), StateJson.Options)), file);
    }

    [Fact]
    public void There_is_one_for_every_state_of_today()
    {
        foreach (var (name, state) in Given.States.Where(s => s.State is not RequestState.New))
        {
            var file = Path.Combine(Folder, $"v{RequestDocument.CurrentVersion}", $"{name.Replace(", ", "-", StringComparison.Ordinal).Replace(' ', '-').ToLowerInvariant()}.json");
            if (!File.Exists(file) && Environment.GetEnvironmentVariable("VIDEOGEN_UPDATE_GOLDEN") == "1")
            {
                File.WriteAllText(file, JsonSerializer.Serialize(Given.Document(state), StateJson.Options) + "\n");
            }

            Assert.True(File.Exists(file), $"There is no stored document for '{name}'.");
        }
    }

    [Fact]
    public void An_ended_round_is_small()
    {
        var completed = Given.Settled(((Given.Saving() with { JobId = "job_0123456789abcdef" }).End(
            new RequestOutcome.Completed(Given.File with { Bytes = 12_345_678 }), new Charge(VideoGen.Requests.Charged.Yes, "The provider finished the job.", 3.20m), Given.T)));
        var bytes = JsonSerializer.SerializeToUtf8Bytes<RequestState>(completed, StateJson.Options).Length;
        Assert.True(bytes <= 512, $"{bytes} bytes: ended rounds stay for ever, {RequestDocument.MaxRounds} of them in one document.");
    }

    private static Type KindOf(string file) => Kinds[file.Split(Path.DirectorySeparatorChar)[0]];
}
