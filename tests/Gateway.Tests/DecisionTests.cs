using VideoGen.Budgets;
using VideoGen.Quotas;
using VideoGen.Requests;

namespace VideoGen.Gateway.Tests;

/// <summary><c>GET /v1/videos/{id}/decision</c>: why a video is where it is.</summary>
public sealed class DecisionTests
{
    private static readonly string Address = $"/v1/videos/{Views.Id}/decision";

    [Fact]
    public async Task Steps_money_quota_and_budgets_are_said_in_the_words_of_the_wire()
    {
        await using var door = await Door.Open();
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(Views.Completed);
        door.Grain.OnExplain = _ => Task.FromResult<VideoDecision?>(new(
            Views.Completed,
            [new("asked", "Nobody had asked.", Views.Completed.CreatedAt)],
            "replayed",
            "It is there.",
            new("spent", 3.20m, Booked: true, "The provider says so."),
            [new("user", 2, 5, NextAt: null)],
            [new(new("user:local/-", "2026-11-21"), 50, 3.20m, 6.40m, 1)],
            [new("fast", 2m, "refused"), new("good", 3.20m, null)]));

        var json = (await door.Get(Address)).Json;

        Assert.Equal(("video.decision", "completed", Views.Id.ToString()), ((string)json["object"]!, (string)json["status"]!, (string)json["id"]!));
        Assert.Equal(("replayed", "It is there."), ((string)json["asked_now"]!["would"]!, (string)json["asked_now"]!["message"]!));
        Assert.Equal(("spent", 3.20m, true), ((string)json["money"]!["state"]!, (decimal)json["money"]!["usd"]!, (bool)json["money"]!["booked"]!));
        Assert.Equal(("asked", Views.Completed.CreatedAt.ToUnixTimeSeconds()), ((string)json["steps"]![0]!["code"]!, (long)json["steps"]![0]!["at"]!));
        Assert.Equal(["fast refused", "good "], json["route"]!.AsArray().Select(stop => $"{stop!["model"]} {stop["left"]}"));
        Assert.Equal(("user", 2, 5), ((string)json["quotas"]![0]!["whose"]!, (int)json["quotas"]![0]!["used"]!, (int)json["quotas"]![0]!["limit"]!));
        Assert.Equal((50m, 39.40m), ((decimal)json["budgets"]![0]!["limit_usd"]!, (decimal)json["budgets"]![0]!["remaining_usd"]!));
    }

    [Fact]
    public async Task Another_clients_video_is_not_explained()
    {
        await using var door = await Door.Open();
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(Views.Completed with { Owner = new("other", "alice") });

        Assert.Equal(404, (await door.Get(Address)).Status);
    }
}
