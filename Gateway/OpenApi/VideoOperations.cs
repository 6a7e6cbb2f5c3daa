using VideoGen.Access;
using VideoGen.Gateway.Videos;
using VideoGen.Providers;
using VideoGen.Requests;

namespace VideoGen.Gateway.OpenApi;

/// <summary>What the document says of <c>/v1</c>.</summary>
internal static class VideoOperations
{
    private const string IdempotencyKeyText = "Makes the same body one ask for 7 days, with another body it is refused.";

    private static readonly Given Id = Given.Path("id", "The video's id, as the ask was answered.", "video_v-..._1");

    private static readonly IReadOnlyList<Given> OfAsk =
    [
        Given.Header("X-VideoGen-User", "Names the end user as 'user' does.", Owner.MaxUserLength),
        Given.Header(AskReader.RunHeader, "Names an agent's run, which makes one new video that counts, however it words its prompt.", VideoAsk.MaxRunLength),
        Given.Header("Idempotency-Key", IdempotencyKeyText, IdempotencyKey.MaxLength),
    ];

    private static readonly Reply Asked = new(200, "The video: a new one, or the one that there is.", typeof(VideoBody))
    {
        Headers =
        [
            ("VideoGen-Dedup", "joined or replayed, where there was one: nothing is paid for this ask."),
            ("VideoGen-Webhook", "left_out, where webhook_url is not told: asks for this video have named as many addresses as it may have."),
        ],
    };

    public static readonly Operation Create = new("create_video", "Asks for a video.")
    {
        Description = "The same client, user and prompt are one video: who asks again, at once or later, is answered with it until its 24 hours are over. The same prompt with other options, "
            + "or with \"variation\": true, is a question (422) with its price and a confirmation that says yes.",
        Given = OfAsk,
        Body = new(typeof(AskDocument), """{"prompt":"A cat that surfs a wave at sunset"}""") { Form = typeof(AskFormDocument) },
        Replies = [Asked],
        Refusals = Samples.OfAsk,
    };

    public static readonly Operation Remix = new("remix_video", "Asks for a video that is made from a completed one.")
    {
        Given = [Id, .. OfAsk],
        Body = new(typeof(RemixDocument), """{"prompt":"The same at night"}""") { Form = typeof(RemixDocument) },
        Replies = [Asked],
        Refusals = Samples.OfRemix,
    };

    public static readonly Operation Edit = new("edit_video", "Of OpenAI's API, and not offered here.") { Refusals = [Samples.NotOffered] };

    public static readonly Operation Extend = Edit with { Id = "extend_video" };

    public static readonly Operation CreateCharacter = Edit with { Id = "create_character" };

    public static readonly Operation GetCharacter = Edit with { Id = "get_character", Given = [Given.Path("id", "A character.", "char_1")] };

    public static readonly Operation Quote = new("quote_video", "Says what an ask would cost and what would come of it now.")
    {
        Description = "Nothing is reserved and nothing is promised: another ask may come first.",
        Given =
        [
            Given.Text("prompt", "What the video shows.", VideoPrompt.MaxLength), Given.Text("model", "A model."), Given.Text("size", "Width x height."), Given.Text("seconds", "Seconds."),
            Given.Text("user", "The end user.", Owner.MaxUserLength), Given.OneOf("variation", "true: another take.", "true", "false"), .. OfAsk,
        ],
        Replies = [new(200, "What would come of it.", typeof(QuoteBody))],
        Refusals = Samples.OfQuote,
    };

    public static readonly Operation List = new("list_videos", "The client's videos, page by page.")
    {
        Given =
        [
            Given.Whole("limit", "The most on a page.", 0, VideoList.MaxLimit), Given.OneOf("order", "By when they were asked for; the newest first unless said otherwise.", "asc", "desc"),
            Given.Text("after", "last_id of the page before."),
        ],
        Replies = [new(200, "A page.", typeof(ListBody))],
        Refusals = [Samples.Field],
    };

    public static readonly Operation Get = new("get_video", "The video as it is.")
    {
        Given =
        [
            Id, Given.Whole("wait", "Seconds to wait for its ending; it is answered as it is then.", 0, VideoRoutes.MaxWait),
            Given.Header("If-None-Match", "The ETag of the answer before."),
        ],
        Replies =
        [
            new(200, "The video.", typeof(VideoBody))
            {
                Headers = [("ETag", "Names this answer's content."), ("openai-poll-after-ms", "When to ask again, milliseconds; while it has not ended."), ("Retry-After", "The same, seconds.")],
            },
            new(Problems.NotModified, "It is as it was."),
        ],
        Refusals = [Samples.NotFound, Samples.Field],
    };

    public static readonly Operation Events = new("stream_video", "Server-sent events: the video as it is, and after each change, until it has ended.")
    {
        Description = "Events are video.updated, video.completed, video.failed and video.deleted; the data of each is the video. A comment comes every 15 seconds where nothing happens. "
            + "Who comes again with Last-Event-ID hears what is different.",
        Given = [Id, Given.Header("Last-Event-ID", "The id of the event that was heard last.")],
        Replies = [new(200, "The stream.") { Media = ["text/event-stream"] }, new(204, "It has ended, and its end was heard: do not come again.")],
        Refusals = Samples.OfEvents,
    };

    public static readonly Operation Explain = new("explain_video", "Why a video is where it is.")
    {
        Description = "What happened to it and by which rule, what holds it, what the same ask would meet now, where its money is, and what is left of its user's quota and budgets.",
        Given = [Id],
        Replies = [new(200, "The decision.", typeof(DecisionBody))],
        Refusals = [Samples.NotFound],
    };

    /// <summary>A file as it is served from here.</summary>
    public static readonly IReadOnlyList<Reply> Served =
    [
        new(200, "The file.") { Media = ["video/mp4", "image/webp"], Headers = [("ETag", "The checksum of its bytes.")] },
        new(206, "The bytes that were asked for.") { Media = ["video/mp4", "image/webp"] },
        new(Problems.NotModified, "It is as it was."),
    ];

    public static readonly Operation Content = new("download_video", "The MP4, or a picture of it.")
    {
        Description = "With ranges. Where the installation keeps videos in a bucket, the answer may be a signed link.",
        Given = [Id, Given.OneOf("variant", "Which file; the video where nothing is said.", MediaVariantWords.All)],
        Replies = [.. Served, new(302, "It is at Location, for a while.")],
        Refusals = Samples.OfContent,
    };

    public static readonly Operation ContentHead = Content with { Id = "head_video", Summary = "The same without the bytes." };

    public static readonly Operation Cancel = new("cancel_video", "Cancels a video that is on its way.")
    {
        Description = "What has ended stays as it is. Twice is as once.",
        Given = [Id],
        Replies = [new(200, "The video as it is now.", typeof(VideoBody))],
        Refusals = [Samples.NotFound],
    };

    public static readonly Operation Delete = new("delete_video", "Cancels a video that is on its way, and removes the files of one that has ended.")
    {
        Given = [Id],
        Replies = [new(200, "What became of it.", typeof(DeletedBody))],
        Refusals = [Samples.NotFound],
    };

    public static readonly Operation CancelRun = new("cancel_run", "Cancels all that an agent's run has on its way.")
    {
        Description = "Waits up to 20 seconds, and says of each video what became of it and of its money.",
        Given = [Given.Path("run", $"The run, as {AskReader.RunHeader} had it.", "nightly-7")],
        Replies = [new(200, "Each of them, with the sums.", typeof(RunCancellationBody))],
        Refusals = [Samples.Field],
    };

    public static readonly Operation Run = new("get_run", "How many new videos an agent's run has made, and what it has on its way.")
    {
        Given = [Given.Path("run", $"The run, as {AskReader.RunHeader} had it.", "nightly-7")],
        Replies = [new(200, "The run.", typeof(RunBody))],
        Refusals = [Samples.Field],
    };

    private static readonly Given UserName = Given.Path("user", $"The end user, as asks named them; {Owner.Everyone} is whoever was not named.", "alice");

    public static readonly Operation User = new("get_user", "What an end user has made and used, and what is left of their quota and budgets.")
    {
        Given = [UserName],
        Replies = [new(200, "The user.", typeof(UserBody))],
        Refusals = [Samples.Field],
    };

    public static readonly Operation UserVideos = List with { Id = "list_user_videos", Summary = "An end user's videos, page by page.", Given = [UserName, .. List.Given] };

    public static readonly Operation EraseUser = new("erase_user", "Erases an end user: no word of what they asked for is left, nor a file of it.")
    {
        Description = "What is on its way is cancelled first. Ids, times, money and the evidence stay, so that nothing is paid twice; the ids answer 404. Again is as once.",
        Given = [UserName],
        Replies =
        [
            new(200, "Nothing is left.", typeof(ErasureBody)),
            new(Problems.GoesOn, "It goes on by itself; the user at Location says how much is left. Where more is true, not all of it was begun: ask again.", typeof(ErasureBody)) { Headers = [("Location", "The user.")] },
        ],
        Refusals = [Samples.Field],
    };
}
