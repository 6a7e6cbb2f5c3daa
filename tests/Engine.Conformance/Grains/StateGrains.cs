using Orleans.Storage;

namespace VideoGen.Engine.Conformance.Grains;

public interface IStateGrain : IGrainWithStringKey
{
    Task<int> Value();

    Task<bool> Exists();

    Task<string?> Etag();

    Task Set(int value);

    [AlwaysInterleave]
    Task Add(int value);

    Task SetTwiceWithoutWaiting(int first, int second);

    Task<string> SetAndCatch(int value);

    Task<string> TouchOffContext();

    Task<string> TouchAfterLeavingTheContext();

    Task ReadAgain();

    Task<int> NamedValue();
}

public sealed class NumberDocument
{
    public int Value { get; set; }

    public string Word { get; set; } = "new";
}

internal sealed class StateGrain(
    Script script,
    [PersistentState("number")] IPersistentState<NumberDocument> number,
    [PersistentState("second", "named")] IPersistentState<NumberDocument> second) : Grain, IStateGrain
{
    public Task<int> Value() => Task.FromResult(number.State.Value);

    public Task<bool> Exists() => Task.FromResult(number.RecordExists);

    public Task<string?> Etag() => Task.FromResult(number.Etag);

    public async Task Set(int value)
    {
        number.State.Value = value;
        await number.WriteStateAsync();
    }

    public async Task Add(int value)
    {
        number.State.Value += value;
        await number.WriteStateAsync();
    }

    public async Task SetTwiceWithoutWaiting(int first, int second)
    {
        number.State.Value = first;
        var write = number.WriteStateAsync();
        number.State.Value = second;
        await write;
    }

    public async Task<string> SetAndCatch(int value)
    {
        try
        {
            await Set(value);
            return "written";
        }
        catch (InconsistentStateException)
        {
            return "inconsistent";
        }
        catch (OrleansException failure)
        {
            return $"wrapped {failure.InnerException?.GetType().Name}";
        }
    }

    public Task<string> TouchOffContext() => Task.Run(() => Touch());

    public async Task<string> TouchAfterLeavingTheContext()
    {
#pragma warning disable ORLEANS0014 // It leaves the grain's turns, and that is what is tried.
        await script.Wait("outside").ConfigureAwait(false);
#pragma warning restore ORLEANS0014
        return Touch();
    }

    public Task ReadAgain() => number.ReadStateAsync();

    public Task<int> NamedValue() => Task.FromResult(second.State.Value);

    private string Touch()
    {
        try
        {
            return number.State.Word;
        }
        catch (InvalidOperationException)
        {
            return "refused";
        }
    }
}
