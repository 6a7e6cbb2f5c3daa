using VideoGen.Budgets;

namespace VideoGen.Storage.Budgets;

/// <summary>How the tables of money spell what they say: words that stay, whatever the code calls it.</summary>
internal static class LedgerWords
{
    private static readonly Dictionary<FundsState, string> States = new()
    {
        [FundsState.Reserved] = "reserved",
        [FundsState.Spent] = "spent",
        [FundsState.AtRisk] = "at_risk",
        [FundsState.Released] = "released",
    };

    private static readonly Dictionary<CostSource, string> Sources = new()
    {
        [CostSource.Provider] = "provider",
        [CostSource.PriceList] = "price_list",
        [CostSource.Discarded] = "discarded",
    };

    public static string Of(FundsState state) => States[state];

    public static string Of(CostSource source) => Sources[source];

    public static FundsState State(string word) => States.First(s => s.Value == word).Key;

    public static CostSource Source(string word) => Sources.First(s => s.Value == word).Key;
}
