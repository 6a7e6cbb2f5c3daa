using Npgsql;
using VideoGen.Requests;

namespace VideoGen.Storage.Files;

/// <summary>Why nobody wants the files of a video any more, by its request's document.</summary>
public enum UnwantedReason
{
    /// <summary>It was deleted, or its round ended without a video, and no removal is owed: one was interrupted.</summary>
    Removed,

    /// <summary>It is kept as long as it has to be.</summary>
    Expired,

    /// <summary>No document knows it. That is a database restored from a backup, so its files are kept and somebody is told.</summary>
    Unknown,
}

/// <summary>A video whose files nobody wants any more.</summary>
public sealed record UnwantedMedia(VideoId Id, UnwantedReason Reason);

/// <summary>Whose files are wanted, by the documents: the store itself does not know what became of a request.</summary>
public sealed class MediaBook(NpgsqlDataSource database)
{
    // What is answered stays true: no ending changes but a dead letter's, a deleted video stays deleted, and time goes on.
    // An orphan that may have been paid holds its prompt without end, and its prompt is answered with the video.
    private const string Query =
        """
        select asked.request_key, asked.round,
          case
            when r.document is null then 'unknown'
            when r.ending = 'dead_lettered' or jsonb_typeof(r.document -> 'removal') = 'object' then null
            when r.ending <> 'completed' or r.document ->> 'deleted' = 'true' then 'removed'
            when (r.document ->> 'since')::bigint < $3 and (r.document ->> 'windowEnds')::bigint < $4 and not exists (
              select from jsonb_array_elements(s.state -> 'orphans') o where o ->> 'charged' is distinct from 'no') then 'expired'
          end as reason
        from unnest($1, $2) as asked (request_key, round)
        left join videogen.grain_state s on s.state_name = $5 and s.grain_key = asked.request_key
        left join lateral (
          -- A refused round gives way to the next one, so a place in the list is not a number.
          select e.document, e.document #>> '{outcome,ending}' as ending
          from jsonb_array_elements(s.state -> 'rounds') with ordinality as e (document, place)
          where coalesce((e.document ->> 'round')::integer, e.place::integer) = asked.round
        ) r on true
        where r.document is null or r.document ->> 'state' = 'ended'
        """;

    /// <summary>Those of some videos whose files nobody wants any more. A live one, and a dead letter that may go on, are never among them.</summary>
    /// <param name="videos">At most a few hundred.</param>
    /// <param name="now">The time.</param>
    /// <param name="retainFor">How long the files of a completed video are kept; null: as long as it is not deleted.</param>
    /// <param name="cancellationToken">Ends the question.</param>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public async Task<IReadOnlyList<UnwantedMedia>> Unwanted(
        IReadOnlyCollection<VideoId> videos, DateTimeOffset now, TimeSpan? retainFor, CancellationToken cancellationToken)
    {
        var answers = await database.Rows(
            Query,
            [
                new NpgsqlParameter<string[]> { TypedValue = [.. videos.Select(video => video.RequestKey)] },
                new NpgsqlParameter<int[]> { TypedValue = [.. videos.Select(video => video.Round)] },
                new NpgsqlParameter<long> { TypedValue = retainFor is { } age ? (now - age).ToUnixTimeMilliseconds() : 0 },
                new NpgsqlParameter<long> { TypedValue = now.ToUnixTimeMilliseconds() },
                new NpgsqlParameter<string> { TypedValue = GrainNames.VideoRequest },
            ],
            row => row.IsDBNull(2) ? null : new UnwantedMedia(new(row.GetString(0), row.GetInt32(1)), Reason(row.GetString(2))),
            cancellationToken).ConfigureAwait(false);
        return [.. answers.OfType<UnwantedMedia>()];
    }

    private static UnwantedReason Reason(string word) => word switch
    {
        "removed" => UnwantedReason.Removed,
        "expired" => UnwantedReason.Expired,
        _ => UnwantedReason.Unknown,
    };
}
