using System.Text.Json;
using System.Text.Json.Serialization;
using Orleans.Storage;

namespace VideoGen.Tests.Conformance;

/// <summary>
/// What grains rely on in their storage: PostgreSQL has to do it, and the simulator's disk has to do the same, or the
/// simulation would prove something about another world.
/// </summary>
public abstract class GrainStorageConformance
{
    /// <summary>Runs a test with a storage. A test awaits nothing but the storage, so that it can live in virtual time too.</summary>
    protected abstract Task With(Func<IGrainStorage, Task> test);

    [Fact]
    public Task What_was_never_written_is_a_new_document_without_an_etag() => With(async storage =>
    {
        var state = new GrainState<Document>(new() { Text = "old" }, "7") { RecordExists = true };
        await storage.ReadStateAsync("doc", Grain("v-never"), state);

        Assert.NotNull(state.State);
        Assert.Null(state.State.Text);
        Assert.Null(state.ETag);
        Assert.False(state.RecordExists);
    });

    [Fact]
    public Task A_document_comes_back_as_it_was_written() => With(async storage =>
    {
        var written = await Write(storage, "v-round", new() { Text = "käse 🧀 \"'\\ \u2028 日本語", Shape = new Shape.Circle(2.5m) });
        Assert.NotNull(written.ETag);
        Assert.True(written.RecordExists);

        var read = await Read(storage, "v-round");
        Assert.Equal(written.ETag, read.ETag);
        Assert.True(read.RecordExists);
        Assert.Equal(written.State!.Text, read.State!.Text);
        Assert.Equal(written.State.Shape, read.State.Shape);
    });

    [Fact]
    public Task A_large_document_comes_back_whole() => With(async storage =>
    {
        var text = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{i} 🧀 ünï "));
        await Write(storage, "v-large", new() { Text = text });

        Assert.Equal(text, (await Read(storage, "v-large")).State!.Text);
    });

    [Fact]
    public Task What_was_read_is_the_readers_own() => With(async storage =>
    {
        var written = await Write(storage, "v-own", new() { Text = "written" });
        written.State!.Text = "changed by the writer";
        (await Read(storage, "v-own")).State!.Text = "changed by a reader";

        Assert.Equal("written", (await Read(storage, "v-own")).State!.Text);
    });

    [Fact]
    public Task A_writer_goes_on_with_the_etag_of_its_own_write() => With(async storage =>
    {
        var state = await Write(storage, "v-on", new() { Text = "1" });
        var etags = new List<string?> { state.ETag };
        for (var i = 2; i <= 5; i++)
        {
            state.State = new() { Text = $"{i}" };
            await storage.WriteStateAsync("doc", Grain("v-on"), state);
            etags.Add(state.ETag);
        }

        Assert.Equal(5, etags.Distinct().Count());
        var read = await Read(storage, "v-on");
        Assert.Equal(("5", state.ETag), (read.State!.Text, read.ETag));
    });

    [Fact]
    public Task The_loser_of_a_race_is_told_both_etags_and_changes_nothing() => With(async storage =>
    {
        var first = (await Write(storage, "v-race", new() { Text = "first" })).ETag;
        var (a, b) = (await Read(storage, "v-race"), await Read(storage, "v-race"));
        a.State!.Text = "a";
        b.State!.Text = "b";
        await storage.WriteStateAsync("doc", Grain("v-race"), a);

        var lost = await Assert.ThrowsAsync<InconsistentStateException>(() => storage.WriteStateAsync("doc", Grain("v-race"), b));

        Assert.Equal((a.ETag, first), (lost.StoredEtag, lost.CurrentEtag));
        Assert.Equal(first, b.ETag);
        var read = await Read(storage, "v-race");
        Assert.Equal(("a", a.ETag), (read.State!.Text, read.ETag));
    });

    [Fact]
    public Task A_first_write_over_a_document_is_lost_too() => With(async storage =>
    {
        var first = await Write(storage, "v-second", new() { Text = "first" });

        var lost = await Assert.ThrowsAsync<InconsistentStateException>(() => Write(storage, "v-second", new() { Text = "second" }));

        Assert.Equal((first.ETag, null), (lost.StoredEtag, lost.CurrentEtag));
        Assert.Equal("first", (await Read(storage, "v-second")).State!.Text);
    });

    [Fact]
    public Task A_write_over_a_document_that_is_gone_is_lost() => With(async storage =>
    {
        var etag = (await Write(storage, "v-there", new())).ETag;

        var lost = await Assert.ThrowsAsync<InconsistentStateException>(
            () => storage.WriteStateAsync("doc", Grain("v-gone"), new GrainState<Document>(new(), etag)));

        Assert.Equal((null, etag), (lost.StoredEtag, lost.CurrentEtag));
        Assert.False((await Read(storage, "v-gone")).RecordExists);
    });

    [Theory]
    [InlineData(2)]
    [InlineData(8)]
    public Task Of_first_writers_exactly_one_exists(int writers) => With(async storage =>
    {
        for (var round = 0; round < 10; round++)
        {
            var key = $"v-first-{writers}-{round}";
            await ExactlyOneWins(storage, key, [.. Enumerable.Range(0, writers).Select(_ => new GrainState<Document>(new()))]);
        }
    });

    [Theory]
    [InlineData(2)]
    [InlineData(8)]
    public Task Of_writers_over_one_version_exactly_one_exists(int writers) => With(async storage =>
    {
        var key = $"v-later-{writers}";
        await Write(storage, key, new());
        for (var round = 0; round < 10; round++)
        {
            var states = new List<GrainState<Document>>();
            for (var i = 0; i < writers; i++) states.Add(await Read(storage, key));
            await ExactlyOneWins(storage, key, states);
        }
    });

    [Fact]
    public Task Of_many_writers_who_read_again_after_a_lost_race_none_is_forgotten() => With(async storage =>
    {
        const int Writers = 6, Each = 5;
        var races = 0;
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(async _ =>
        {
            for (var written = 0; written < Each;)
            {
                var state = await Read(storage, "v-count");
                state.State!.Count++;
                try
                {
                    await storage.WriteStateAsync("doc", Grain("v-count"), state);
                    written++;
                }
                catch (InconsistentStateException)
                {
                    Interlocked.Increment(ref races);
                }
            }
        }));

        Assert.Equal(Writers * Each, (await Read(storage, "v-count")).State!.Count);
        Assert.True(races > 0, "The writers never met, so nothing was tried.");
    });

    [Fact]
    public Task The_state_name_and_the_key_together_name_a_row_to_the_letter() => With(async storage =>
    {
        // The last ones look alike, or are equal to a comparison that knows a language.
        (string Name, string Key)[] rows =
        [
            ("one", "u-both"), ("two", "u-both"), ("one", "u-other"), ("one", "U-BOTH"), ("One", "u-both"), ("oneu", "-both"),
            ("one", "u-\u00e9"), ("one", "u-e\u0301"), ("one", "u-bo\u00adth"), ("one", "u-both "),
        ];
        foreach (var (name, key) in rows) await storage.WriteStateAsync(name, Grain(key), new GrainState<Document>(new() { Text = name + key }));

        foreach (var (name, key) in rows)
        {
            var state = new GrainState<Document>();
            await storage.ReadStateAsync(name, Grain(key), state);
            Assert.Equal(name + key, state.State!.Text);
        }
    });

    [Fact]
    public Task The_grains_type_is_no_part_of_the_row() => With(async storage =>
    {
        await Write(storage, "v-type", new() { Text = "written" });

        var state = new GrainState<Document>();
        await storage.ReadStateAsync("doc", GrainId.Create("another", "v-type"), state);
        Assert.Equal("written", state.State!.Text);
    });

    [Fact]
    public Task Members_come_back_in_another_order_and_the_document_still_loads() => With(async storage =>
    {
        // jsonb puts shorter names first: a, b, then kind. A model may do so only now and then, but it has to.
        const int MostReads = 1_000;
        await Write(storage, "v-order", new() { Shape = new Shape.Box(1, 2), Any = JsonSerializer.SerializeToElement(new { longer = 1, b = 2 }) });

        var isSorted = false;
        for (var reads = 0; !isSorted && reads < MostReads; reads++)
        {
            var read = await Read(storage, "v-order");
            Assert.Equal(new Shape.Box(1, 2), read.State!.Shape);
            isSorted = read.State.Any!.Value.EnumerateObject().First().NameEquals("b");
        }

        Assert.True(isSorted, $"In {MostReads} reads the members were never sorted as jsonb sorts them.");
    });

    [Fact]
    public Task A_nul_is_refused_before_it_is_sent() => With(async storage =>
    {
        var refused = await Assert.ThrowsAsync<ArgumentException>(() => Write(storage, "v-nul", new() { Text = "a\\\0b" }));

        Assert.Contains("NUL", refused.Message, StringComparison.Ordinal);
        Assert.False((await Read(storage, "v-nul")).RecordExists);

        await Write(storage, "v-nul", new() { Text = @"a\u0000b" }); // Six characters, no NUL.
        Assert.Equal(@"a\u0000b", (await Read(storage, "v-nul")).State!.Text);
    });

    [Fact]
    public Task No_document_is_not_a_document() => With(async storage =>
    {
        await Assert.ThrowsAsync<ArgumentException>(() => storage.WriteStateAsync("doc", Grain("v-null"), new GrainState<Document>(null!)));

        Assert.False((await Read(storage, "v-null")).RecordExists);
    });

    [Fact]
    public Task An_etag_of_another_storage_is_refused() => With(async storage =>
    {
        await Assert.ThrowsAsync<ArgumentException>(() => storage.WriteStateAsync("doc", Grain("v-etag"), new GrainState<Document>(new(), "W/\"1\"")));

        Assert.False((await Read(storage, "v-etag")).RecordExists);
    });

    [Fact]
    public Task A_document_that_cannot_be_read_is_named_and_left() => With(async storage =>
    {
        var odd = new GrainState<OddDocument>(new() { Shape = new("cone") });
        await storage.WriteStateAsync("doc", Grain("v-odd"), odd);
        var state = new GrainState<Document>(new() { Text = "kept" }, "5");

        var unreadable = await Assert.ThrowsAsync<InvalidOperationException>(() => storage.ReadStateAsync("doc", Grain("v-odd"), state));

        Assert.Contains("'doc' of test/v-odd", unreadable.Message, StringComparison.Ordinal);
        Assert.Equal(("kept", "5"), (state.State!.Text, state.ETag));
        var left = new GrainState<OddDocument>();
        await storage.ReadStateAsync("doc", Grain("v-odd"), left);
        Assert.Equal(("cone", odd.ETag), (left.State!.Shape!.Kind, left.ETag));
    });

    [Fact]
    public Task State_is_never_cleared() => With(async storage =>
    {
        var state = await Write(storage, "v-clear", new() { Text = "kept" });

        await Assert.ThrowsAsync<NotSupportedException>(() => storage.ClearStateAsync("doc", Grain("v-clear"), state));

        Assert.Equal("kept", (await Read(storage, "v-clear")).State!.Text);
    });

    private static async Task ExactlyOneWins(IGrainStorage storage, string key, IReadOnlyList<GrainState<Document>> states)
    {
        var before = states.Select(s => s.ETag).Distinct().Single();
        var won = await Task.WhenAll(states.Select(async (state, writer) =>
        {
            state.State!.Text = $"{writer}";
            try
            {
                await storage.WriteStateAsync("doc", Grain(key), state);
                return true;
            }
            catch (InconsistentStateException)
            {
                return false;
            }
        }));

        var winner = Assert.Single(states.Where((_, writer) => won[writer]));
        Assert.NotEqual(before, winner.ETag);
        Assert.All(states.Where(s => s != winner), loser => Assert.Equal(before, loser.ETag));
        var read = await Read(storage, key);
        Assert.Equal((winner.State!.Text, winner.ETag), (read.State!.Text, read.ETag));
    }

    protected static GrainId Grain(string key) => GrainId.Create("test", key);

    private static async Task<GrainState<Document>> Write(IGrainStorage storage, string key, Document document)
    {
        var state = new GrainState<Document>(document);
        await storage.WriteStateAsync("doc", Grain(key), state);
        return state;
    }

    private static async Task<GrainState<Document>> Read(IGrainStorage storage, string key)
    {
        var state = new GrainState<Document>();
        await storage.ReadStateAsync("doc", Grain(key), state);
        return state;
    }

    internal sealed class Document
    {
        public string? Text { get; set; }

        public int Count { get; set; }

        public Shape? Shape { get; set; }

        public JsonElement? Any { get; set; }
    }

    /// <summary>What a newer program may have written: a shape of a kind that <see cref="Document"/> does not know.</summary>
    internal sealed class OddDocument
    {
        public OddShape? Shape { get; set; }
    }

    internal sealed record OddShape(string Kind);

    [JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
    [JsonDerivedType(typeof(Circle), "circle")]
    [JsonDerivedType(typeof(Box), "box")]
    internal abstract record Shape
    {
        private Shape() { }

        public sealed record Circle(decimal R) : Shape;

        public sealed record Box(int A, int B) : Shape;
    }
}
