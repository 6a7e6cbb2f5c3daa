using VideoGen.Gateway.Videos;
using VideoGen.Requests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace VideoGen.Gateway.Tests;

/// <summary>However a call of a grain fails, the caller reads the same two sentences: nothing is known of an ask, and nothing is lost.</summary>
public sealed partial class ClusterFailureTests
{
    private const string Ask = """{"prompt":"A cat on a roof"}""";

    /// <summary>What any engine may throw; the twin of this file adds Orleans's own.</summary>
    public static TheoryData<string> Failures => [.. All.Keys];

    private static Dictionary<string, Func<Exception>> All => new(OfOrleans(), StringComparer.Ordinal)
    {
        ["too late"] = () => new TimeoutException("Response did not arrive on time in 00:00:30 for message: a prompt"),
        ["not connected"] = () => new InvalidOperationException("Could not find an implementation for interface IVideoRequestGrain"),
        ["half started"] = () => new NullReferenceException(),
        ["stopped"] = () => new ObjectDisposedException("OutsideRuntimeClient"),
        ["cancelled"] = () => new TaskCanceledException("secret inner text"),
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task An_ask_that_fails_on_its_way_is_answered_as_one_that_nothing_is_known_of(string failure)
    {
        await using var door = await Door.Open();
        var failed = All[failure];
        foreach (var howFailed in new Func<VideoAsk, Task<AskAnswer>>[] { _ => Task.FromException<AskAnswer>(failed()), _ => throw failed() })
        {
            door.Grain.OnAsk = howFailed;

            foreach (var answer in new[] { await door.Post(Ask), await UnderKey(door) })
            {
                Assert.Equal((503, "outcome_unknown", "false"), (answer.Status, answer.Code, answer.Header("x-should-retry")));
                Assert.Equal("5", answer.Header("Retry-After"));
                Assert.Contains("never paid twice", answer.Message, StringComparison.Ordinal);
                Assert.DoesNotContain(failed().Message, answer.Text, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Anything_else_that_fails_on_its_way_says_that_nothing_is_lost(string failure)
    {
        await using var door = await Door.Open();
        door.Grain.OnGet = _ => Task.FromException<VideoView?>(All[failure]());

        foreach (var answer in new[] { await door.Get($"/v1/videos/{Views.Id}"), await door.Get("/v1/videos"), await door.Get($"/v1/videos/{Views.Id}/content"), await door.Send(HttpMethod.Delete, $"/v1/videos/{Views.Id}") })
        {
            Assert.Equal((503, "unavailable", "false"), (answer.Status, answer.Code, answer.Header("x-should-retry")));
            Assert.DoesNotContain(All[failure]().Message, answer.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Before_the_cluster_is_found_no_call_is_made_and_an_ask_is_known_to_be_nowhere()
    {
        var contact = new GrainContact();
        await using var door = await Door.Open(services => services.Replace(ServiceDescriptor.Singleton(contact)));
        door.Grain.OnAsk = _ => Task.FromResult<AskAnswer>(new AskAnswer.Accepted(Views.Queued, Dedup.New));

        var early = await door.Post(Ask);
        Assert.Equal((503, "unavailable", "false"), (early.Status, early.Code, early.Header("x-should-retry")));
        Assert.Empty(door.Grain.Asks);
        Assert.Empty(door.Grains.Keys);

        contact.Made = true;
        Assert.Equal(200, (await door.Post(Ask)).Status);
    }

    private static Task<Answer> UnderKey(Door door) =>
        door.Send(HttpMethod.Post, "/v1/videos", new StringContent(Ask, System.Text.Encoding.UTF8, "application/json"), ("Idempotency-Key", "one"));
}
