using VideoGen.Requests;

namespace VideoGen.Gateway.Tests;

/// <summary>One video, cancelled by whoever asked for it.</summary>
public sealed class CancelTests
{
    private static readonly VideoView Cancelling = Views.Queued with { Status = VideoStatus.Cancelling };

    [Fact]
    public async Task It_is_answered_as_it_is_then_and_twice_is_as_once()
    {
        await using var door = await Door.Open();
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(Cancelling);
        door.Grain.OnCancel = round => Task.FromResult<VideoView?>(round == 1 ? Cancelling : null);

        var first = await Cancel(door, Views.Id.ToString());
        var second = await Cancel(door, Views.Id.ToString());

        Assert.Equal((200, "cancelling"), (first.Status, (string)first.Json["status"]!));
        Assert.Equal(first.Text, second.Text);
        Assert.Equal(first.Text, (await door.Get($"/v1/videos/{Views.Id}")).Text);
    }

    [Fact]
    public async Task Another_clients_video_is_not_there_to_cancel()
    {
        await using var door = await Door.Open(); // Whose grain expects no cancel.
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(Cancelling with { Owner = new("bot", "ann") });

        var answer = await Cancel(door, Views.Id.ToString());

        Assert.Equal((404, "video_not_found", "false"), (answer.Status, answer.Code, answer.Header("x-should-retry")));
        Assert.Equal(404, (await Cancel(door, "video_nonsense")).Status);
    }

    private static Task<Answer> Cancel(Door door, string id) => door.Send(HttpMethod.Post, $"/v1/videos/{id}/cancel");
}
