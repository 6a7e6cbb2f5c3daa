using VideoGen.Requests;

namespace VideoGen.Gateway.Tests;

/// <summary><c>GET /v1/videos/quote</c>: the price, and what would come of it.</summary>
public sealed class QuoteTests
{
    private const string Address = "/v1/videos/quote?prompt=A%20cat%20on%20a%20roof&seconds=8&user=alice";

    [Fact]
    public async Task A_new_video_has_its_price()
    {
        await using var door = await Door.Open();
        door.Grain.OnQuote = _ => Task.FromResult(new VideoQuote(6.40m, null));
        var answer = await door.Get(Address);
        Assert.Equal((200, "new", 6.40m, 6.40m), (answer.Status, (string)answer.Json["would"]!, (decimal)answer.Json["price_usd"]!, (decimal)answer.Json["pays_usd"]!));
        var ask = Assert.Single(door.Grain.Asks);
        Assert.Equal(("A cat on a roof", 8, "alice"), (ask.Prompt, ask.Options.Seconds, ask.Owner.User));
    }

    [Fact]
    public async Task What_is_there_already_costs_nothing()
    {
        await using var door = await Door.Open();
        door.Grain.OnQuote = _ => Task.FromResult(new VideoQuote(6.40m, new AskAnswer.Accepted(Views.Completed, Dedup.Replayed)));
        var answer = await door.Get(Address);
        Assert.Equal(("replayed", 0m, Views.Completed.Id.ToString()), ((string)answer.Json["would"]!, (decimal)answer.Json["pays_usd"]!, (string)answer.Json["video"]!["id"]!));
    }

    [Fact]
    public async Task A_refusal_is_an_answer_here_with_its_numbers()
    {
        await using var door = await Door.Open();
        door.Grain.OnQuote = _ => Task.FromResult(new VideoQuote(6.40m, new AskAnswer.Refused(new(Codes.BudgetExceeded, "Enough.", LimitUsd: 50, RemainingUsd: 2))));
        var answer = await door.Get(Address);
        Assert.Equal((200, "refused", Codes.BudgetExceeded, 50m, 2m), (answer.Status, (string)answer.Json["would"]!, (string)answer.Json["code"]!, (decimal)answer.Json["limit_usd"]!, (decimal)answer.Json["remaining_usd"]!));
    }

    [Theory]
    [InlineData("/v1/videos/quote", "prompt")]
    [InlineData("/v1/videos/quote?prompt=a&prompt=b", "prompt")]
    [InlineData("/v1/videos/quote?prompt=a&confirmation=b", "confirmation")]
    [InlineData("/v1/videos/quote?prompt=a&seconds=many", "seconds")]
    [InlineData("/v1/videos/quote?prompt=a&model=sora", "model")]
    public async Task What_is_wrong_is_said_by_name(string address, string param)
    {
        await using var door = await Door.Open();
        var answer = await door.Get(address);
        Assert.InRange(answer.Status, 400, 499);
        Assert.Equal(param, (string?)answer.Error["param"]);
        Assert.Empty(door.Grain.Asks);
    }
}
