namespace VideoGen.Storage;

/// <summary>The numbers of our PostgreSQL advisory locks. They are per database, and shared with nobody who does not know the first one.</summary>
internal static class AdvisoryLocks
{
    /// <summary>"vido" in ASCII: keeps our locks apart from those of other programs in the same database.</summary>
    public const int Space = 0x7669_646F;

    /// <summary>Who may run on this database, see <see cref="Hosts.HostLock"/>.</summary>
    public const int Host = 1;

    /// <summary>Held while the schema is brought up to date.</summary>
    public const int Schema = 2;

    /// <summary>Whose turn it is to sweep, see <see cref="States.WakeBook"/>.</summary>
    public const int Sweep = 3;

    /// <summary>Held while a silo joins, so that of two clusters that start at once one sees the other.</summary>
    public const int Joining = 4;

    /// <summary>Held by whoever changes the money ledger, see <see cref="Budgets.PostgresMoneyLedger"/>.</summary>
    public const int Money = 5;

    /// <summary>Held while it is decided whether a paid submit may be sent, see <see cref="Budgets.PostgresPauses"/>.</summary>
    public const int Submits = 6;

    /// <summary>Whose turn it is to compare the lists of providers with the jobs here, see <see cref="Reconciles.SweepBook"/>.</summary>
    public const int OrphanSweep = 7;

    /// <summary>Held while a client's webhooks or secrets change, so that their number is right, see <see cref="Webhooks.PostgresWebhooks"/>.</summary>
    public const int Webhooks = 17;

    /// <summary>"vidc" in ASCII, instead of <see cref="Space"/>: beside it stands the hash of the cluster that a silo belongs to.</summary>
    public const int Clusters = 0x7669_6463;

    /// <summary>Of <c>pg_locks l</c>: those of <see cref="Host"/>.</summary>
    public static readonly string OfHost = $"l.classid = {Space} and l.objid = {Host}";

    /// <summary>Of <c>pg_locks l</c>: the locks of this database that somebody holds, and these of them.</summary>
    public static string Held(string these) =>
        $"l.locktype = 'advisory' and l.granted and {these} and l.objsubid = 2 and l.database = (select oid from pg_database where datname = current_database())";
}
