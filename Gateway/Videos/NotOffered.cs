using VideoGen.Gateway.OpenApi;

namespace VideoGen.Gateway.Videos;

/// <summary>
/// What official clients can ask for, and no provider behind this door makes: edits and extensions of videos, and characters. They are told so
/// in a sentence, and not that there is no such address.
/// </summary>
internal static class NotOffered
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/videos/edits", () => Problems.NotOffered("edits")).Documented(VideoOperations.Edit);
        routes.MapPost("/v1/videos/extensions", () => Problems.NotOffered("extensions")).Documented(VideoOperations.Extend);
        routes.MapPost("/v1/videos/characters", () => Problems.NotOffered("characters")).Documented(VideoOperations.CreateCharacter);
        routes.MapGet("/v1/videos/characters/{id}", (string id) => Problems.NotOffered("characters")).Documented(VideoOperations.GetCharacter);
    }
}
