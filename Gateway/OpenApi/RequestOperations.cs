using VideoGen.Access;
using VideoGen.Gateway.Operator;
using VideoGen.Gateway.Videos;
using VideoGen.Requests;

namespace VideoGen.Gateway.OpenApi;

/// <summary>What the document says of <c>/api/admin/requests</c>.</summary>
internal static class RequestOperations
{
    private static readonly Given Id = Given.Path("id", "A video's id.", "video_v-..._1");

    private static readonly IReadOnlyList<Problem> OfContent = [Samples.NoSuchRound, .. Samples.OfContent];

    public static readonly Operation Requests = new("search_requests", "Everybody's videos, the one that was asked for last first.")
    {
        Given =
        [
            Given.Text("client", "Whose."), Given.Text("user", "Whose of the client's.", Owner.MaxUserLength), Given.OneOf("status", "Where it is.", Enum.GetValues<VideoStatus>().Select(status => status.ToWire())),
            Given.Text("model", "The model that was asked for, or that makes it."), Given.Text("account", "The provider account."), Given.OneOf("charged", "Whether it was paid for; what is on its way is neither.", "no", "yes", "unknown"),
            Given.Text("prompt", "Part of the prompt, in upper or lower case.", RequestRoutes.MaxPart), Given.Text("from", "A moment: those that were asked for then or later."), Given.Text("to", "A moment: those that were asked for before."),
            Given.Text("before", "'next' of the page before, or a moment."), Given.Whole("limit", "The most on a page.", 1, RequestRoutes.MaxLimit),
        ],
        Replies = [new(200, "A page.", typeof(RequestListBody))],
        Refusals = [Samples.Field],
    };

    public static readonly Operation Request = new("get_request", "All that is on record of a video's request, and why it is where it is.")
    {
        Given = [Id],
        Replies = [new(200, "The record, and the decision.", typeof(RequestDetailBody))],
        Refusals = [Samples.NoSuchRound],
    };

    public static readonly Operation Content = new("download_request", "The MP4 of anybody's video, or a picture of it.")
    {
        Description = "With ranges, and from here wherever it is kept: never by a link.",
        Given = VideoOperations.Content.Given,
        Replies = VideoOperations.Served,
        Refusals = OfContent,
    };

    public static readonly Operation ContentHead = Content with { Id = "look_at_request", Summary = VideoOperations.ContentHead.Summary };

    public static readonly Operation Cancel = new("cancel_request", "Cancels anybody's video that is on its way; what has ended stays as it is.")
    {
        Given = [Id],
        Replies = [new(200, "The video as its client sees it.", typeof(VideoBody))],
        Refusals = [Samples.NoSuchRound],
    };
}
