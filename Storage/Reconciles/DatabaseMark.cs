using NpgsqlTypes;

namespace VideoGen.Storage.Reconciles;

/// <summary>Which database this is, and how far it has come: what a host remembers of it outside of it.</summary>
/// <param name="Installation">The installation's id.</param>
/// <param name="System">The server's system identifier, drawn by initdb; a copy has the same.</param>
/// <param name="Timeline">Which history of it: each promotion, and each restore from an archive, begins another.</param>
/// <param name="Position">How much of its log is on disk. It never goes back, whatever crashes.</param>
/// <param name="LastSubmit">The last paid submit that was let through; null where none was.</param>
internal sealed record DatabaseMark(string Installation, string System, int Timeline, NpgsqlLogSequenceNumber Position, RememberedSubmit? LastSubmit)
{
    /// <summary>
    /// Why this database may have forgotten what was paid; null where nothing says so. At most 200 characters. The position alone would not
    /// be enough: tables that were restored into the same server make it grow.
    /// </summary>
    /// <param name="seen">The database as it is now, asked after this was remembered.</param>
    /// <param name="knowsLast">Whether it knows <see cref="LastSubmit"/>.</param>
    public string? Doubt(DatabaseMark seen, bool knowsLast)
    {
        if (seen.Installation != Installation) return $"The database is that of installation {seen.Installation}, and this host last paid from that of {Installation}.";
        if (seen.System != System) return "The database is on another server than the one that this host last paid from: it was moved, or restored from a copy.";
        if (seen.Timeline != Timeline) return FormattableString.Invariant($"The server's timeline is {seen.Timeline}, and was {Timeline}: a standby was promoted, or a backup restored, which may lack the last payments.");
        if (seen.Position < Position) return $"The database is at {seen.Position}, and was at {Position} when this host last paid: a backup was restored.";
        return knowsLast ? null : "The database does not know the last paid submit that this host let through: its tables were restored from a backup.";
    }

    /// <summary>Of two looks at the same database the later one. One at another database than this is no later look.</summary>
    public DatabaseMark Later(DatabaseMark other) =>
        (other.Installation, other.System, other.Timeline) == (Installation, System, Timeline) && other.Position >= Position ? other with { LastSubmit = other.LastSubmit ?? LastSubmit } : this;
}

/// <summary>A paid submit that was let through.</summary>
/// <param name="Nonce">Its own.</param>
/// <param name="At">When, on the database's clock.</param>
internal sealed record RememberedSubmit(string Nonce, DateTimeOffset At)
{
    /// <summary>How long the database knows a submit at least, see <c>pass_submit</c> of <c>deploy/sql/012_pauses.sql</c>: two days, less an hour.</summary>
    private static readonly TimeSpan KnownFor = TimeSpan.FromHours(47);

    /// <summary>Its nonce, where the database must still know it.</summary>
    public string? MustBeKnown(DateTimeOffset now) => now - At < KnownFor ? Nonce : null;
}
