using Npgsql;
using NpgsqlTypes;
using VideoGen.Access;
using VideoGen.Reports;
using VideoGen.Requests;

namespace VideoGen.Storage.Reports;

/// <summary>
/// Videos off the documents, by two indexes: that of each request's newest round, in which a page is read off from where it begins, and that
/// of the few requests with more than one, whose earlier rounds are put in between.
/// </summary>
public sealed class PostgresVideoSearch(NpgsqlDataSource database) : IVideoSearch
{
    /// <summary>How much of a prompt a list has.</summary>
    private const int MaxPrompt = 500;

    private static readonly Dictionary<Charged, string> Words = new() { [Charged.Yes] = "yes", [Charged.No] = "no", [Charged.Unknown] = "unknown" };

    private const string Newest = "videogen.asked_at(s.state #> '{rounds,-1}', s.created_at)";

    /// <inheritdoc/>
    /// <exception cref="NpgsqlException">The database did not answer.</exception>
    public async Task<IReadOnlyList<FoundVideo>> Find(VideoQuery query, CancellationToken cancellationToken)
    {
        var filter = new Filter(query);
        var sql =
            $"""
            (
              select s.grain_key, coalesce(videogen.whole(r.document -> 'round'), jsonb_array_length(s.state -> 'rounds')), s.owner, {Newest} as asked, left(s.state ->> 'prompt', {MaxPrompt}), r.document::text
              from videogen.grain_state s
              cross join lateral (select s.state #> {Last} as document) r
              where s.state_name = 'videorequest' and s.owner is not null{filter.Newest}{filter.Rest}
              order by {Newest} desc, s.grain_key desc
              limit $1
            )
            union all
            (
              select s.grain_key, coalesce(videogen.whole(r.document -> 'round'), r.place), s.owner, videogen.asked_at(r.document, s.created_at), left(s.state ->> 'prompt', {MaxPrompt}), r.document::text
              from videogen.grain_state s
              cross join lateral jsonb_array_elements(case jsonb_typeof(s.state -> 'rounds') when 'array' then s.state -> 'rounds' else '[]'::jsonb end) with ordinality as r (document, place)
              where s.state_name = 'videorequest' and s.owner is not null and s.state #> {Second} is not null and r.place < jsonb_array_length(s.state -> 'rounds'){filter.Earlier}{filter.Rest}
              order by 4 desc, 1 desc, 2 desc
              limit $1
            )
            order by 4 desc, 1 desc, 2 desc
            limit $1
            """;
        return await database.Rows(sql, filter.Parameters, VideoIn, cancellationToken).ConfigureAwait(false);
    }

    private const string Last = "'{rounds,-1}'", Second = "'{rounds,1}'";

    private static FoundVideo VideoIn(NpgsqlDataReader row) => new(
        new(row.GetString(0), (int)row.GetInt64(1)),
        Owner.Parse(row.GetString(2)),
        DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(3)),
        row.IsDBNull(4) ? "" : row.GetString(4),
        HistoryInDocument.RoundIn(row.GetString(5)));

    /// <summary>What keeps videos out, as conditions on a round and its request; only those that are said are in the statement, so that each has a plan of its own.</summary>
    private sealed class Filter
    {
        private readonly List<NpgsqlParameter> parameters = [];
        private readonly List<string> rest = ["r.document ->> 'status' is not null", "s.owner like '%/%'"], newest = [], earlier = [];

        public Filter(VideoQuery query)
        {
            Value(query.Limit, NpgsqlDbType.Integer);
            if (query.Client is { } client) rest.Add($"split_part(s.owner, '/', 1) = {Value(client, NpgsqlDbType.Text)}");
            if (query.User is { } user) rest.Add(query.Client is null ? $"substr(s.owner, length(split_part(s.owner, '/', 1)) + 2) = {Value(user, NpgsqlDbType.Text)}" : $"s.owner = {Value($"{query.Client}/{user}", NpgsqlDbType.Text)}");
            if (query.Status is { } status) rest.Add($"r.document ->> 'status' = {Value(status.ToWire(), NpgsqlDbType.Text)}");
            if (query.Model is { } model) Either(Value(model, NpgsqlDbType.Text), "{options,model}", "{ticket,options,model}", "{model}", "{ticket,model}");
            if (query.Account is { } account) Either(Value(account, NpgsqlDbType.Text), "{account}", "{ticket,account}");
            if (query.Charged is { } charged) rest.Add($"r.document {AtCharged} = {Value(Words[charged], NpgsqlDbType.Text)}");
            if (query.Prompt is { } prompt) rest.Add($"strpos(lower(s.state ->> 'prompt'), lower({Value(prompt, NpgsqlDbType.Text)})) > 0");
            if (query.From is { } from) Both(">=", Moment(from));
            if (query.To is { } to)
            {
                var until = Moment(to);
                Both("<", until);
                earlier.Add($"s.created_at < {until}");
            }

            if (query.Before is { } before) After(before);
        }

        public NpgsqlParameter[] Parameters => [.. parameters];

        public string Rest => Joined(rest);

        public string Newest => Joined(newest);

        public string Earlier => Joined(earlier);

        private const string AtCharged = "#>> '{charge,charged}'";

        private static string Joined(IEnumerable<string> conditions) => string.Concat(conditions.Select(condition => $" and {condition}"));

        private void Either(string wanted, params string[] places) => rest.Add($"{wanted} in ({string.Join(", ", places.Select(place => $"r.document #>> '{place}'"))})");

        private void Both(string compares, string moment)
        {
            newest.Add($"{PostgresVideoSearch.Newest} {compares} {moment}");
            earlier.Add($"videogen.asked_at(r.document, s.created_at) {compares} {moment}");
        }

        // Of one request's rounds the later ones come first.
        private void After(VideoPlace before)
        {
            var at = Moment(before.AskedAt);
            if (before.Id is not { } id)
            {
                Both("<", at);
                earlier.Add($"s.created_at < {at}");
                return;
            }

            var (key, round) = (Value(id.RequestKey, NpgsqlDbType.Text), Value((long)id.Round, NpgsqlDbType.Bigint));
            newest.Add($"({PostgresVideoSearch.Newest}, s.grain_key) <= ({at}, {key})"); // For the index; what follows is exact.
            newest.Add($"({PostgresVideoSearch.Newest}, s.grain_key, coalesce(videogen.whole(r.document -> 'round'), jsonb_array_length(s.state -> 'rounds'))) < ({at}, {key}, {round})");
            earlier.Add($"s.created_at <= {at}");
            earlier.Add($"(videogen.asked_at(r.document, s.created_at), s.grain_key, coalesce(videogen.whole(r.document -> 'round'), r.place)) < ({at}, {key}, {round})");
        }

        private string Moment(DateTimeOffset at) => Value(at.ToUnixTimeMilliseconds(), NpgsqlDbType.Bigint);

        private string Value(object value, NpgsqlDbType type)
        {
            parameters.Add(new() { Value = value, NpgsqlDbType = type });
            return $"${parameters.Count}";
        }
    }
}
