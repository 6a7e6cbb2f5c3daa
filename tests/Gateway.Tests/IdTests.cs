using VideoGen.Requests;

namespace VideoGen.Gateway.Tests;

/// <summary>GET and DELETE by id.</summary>
public sealed class IdTests
{
    private static readonly string Path = $"/v1/videos/{Views.Id}";

    /// <summary>Everything that must look like an id that never was.</summary>
    public static TheoryData<string> Hidden => ["unknown", "deleted", "foreign", "malformed"];

    [Fact]
    public async Task A_video_is_answered_by_its_id()
    {
        await using var door = await Door.Open();
        door.Grain.OnGet = round => Task.FromResult(round == 1 ? Views.Completed : null);

        var answer = await door.Get(Path);

        Assert.Equal(200, answer.Status);
        Assert.Equal(("completed", 100, "yes"), ((string)answer.Json["status"]!, (int)answer.Json["progress"]!, (string)answer.Json["charged"]!));
        Assert.Equal(Views.Completed.EndedAt!.Value.ToUnixTimeSeconds(), (long)answer.Json["completed_at"]!);
        Assert.Equal(Views.Completed.WindowEndsAt!.Value.ToUnixTimeSeconds(), (long)answer.Json["window_ends_at"]!);
        Assert.Null(answer.Json["dedup"]);
        Assert.Equal(Views.Id.RequestKey, door.Grains.Keys.Single());
    }

    [Theory]
    [MemberData(nameof(Hidden))]
    public async Task Unknown_foreign_and_deleted_ids_cannot_be_told_apart(string kind)
    {
        await using var door = await Door.Open();
        door.Grain.OnGet = _ => Task.FromResult(kind switch
        {
            "deleted" => Views.Completed with { Deleted = true },
            "foreign" => Views.Completed with { Owner = new("another", "-") },
            _ => null,
        });
        var path = kind == "malformed" ? "/v1/videos/video_1" : Path;
        await using var reference = await Door.Open();
        var never = (await reference.Get(Path)).Text;

        foreach (var answer in new[]
        {
            await door.Get(path), await door.Get(path + "?wait=59"), await door.Get(path + "/content"), await door.Send(HttpMethod.Delete, path),
        })
        {
            Assert.Equal(404, answer.Status);
            Assert.Equal(never, answer.Text);
            Assert.Equal("false", answer.Header("x-should-retry"));
        }
    }

    [Theory]
    [InlineData(VideoStatus.Cancelling, null)]
    [InlineData(VideoStatus.Failed, "no")]
    [InlineData(VideoStatus.Completed, "yes")]
    public async Task A_delete_has_the_original_shape_and_says_what_became_of_the_video(VideoStatus status, string? charged)
    {
        await using var door = await Door.Open();
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(Views.Queued);
        door.Grain.OnDelete = _ => Task.FromResult<VideoView?>(Views.Queued with
        {
            Status = status,
            Deleted = status == VideoStatus.Completed,
            Charged = charged switch { "no" => Charged.No, "yes" => Charged.Yes, _ => null },
        });

        var answer = await door.Send(HttpMethod.Delete, Path);

        Assert.Equal(200, answer.Status);
        Assert.Equal((Views.Id.ToString(), "video.deleted", true),
            ((string)answer.Json["id"]!, (string)answer.Json["object"]!, (bool)answer.Json["deleted"]!));
        Assert.Equal((status.ToWire(), charged, 1.6m), ((string)answer.Json["status"]!, (string?)answer.Json["charged"], (decimal)answer.Json["cost"]!["estimated"]!));
    }

    [Fact]
    public async Task A_foreign_video_is_not_even_cancelled()
    {
        await using var door = await Door.Open();
        var deletes = 0;
        door.Grain.OnGet = _ => Task.FromResult<VideoView?>(Views.Queued with { Owner = new("another", "-") });
        door.Grain.OnDelete = _ =>
        {
            deletes++;
            return Task.FromResult<VideoView?>(Views.Queued);
        };

        Assert.Equal(404, (await door.Send(HttpMethod.Delete, Path)).Status);
        Assert.Equal(0, deletes);
    }
}
