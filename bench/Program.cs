using System.Text.Json;
using VideoGen.Bench;

if (args is [GrainCalls.Alone, var seconds])
{
    Console.WriteLine(JsonSerializer.Serialize(await GrainCalls.Run(TimeSpan.FromSeconds(Arguments.Number(seconds)), turns: 1)));
    return;
}

// Each figure beside what bounds it, measured in turns in one run: a busy machine slows both.
var arguments = Arguments.Parse(args);
if (arguments.Wants(Arguments.Engines)) await BothEngines.Measure(arguments);
if (arguments.Only is [Arguments.Engines]) return;
Table.Begin();
if (arguments.Wants(Arguments.Door)) await DoorSpeed.Measure(arguments);
if (arguments.Wants(Arguments.Cost)) await RequestCost.Measure(arguments);
if (arguments.Wants(Arguments.Calls)) await GrainCalls.Measure(arguments.Round);
if (arguments.Wants(Arguments.Money)) await MoneySpeed.Measure(arguments);
if (arguments.Wants(Arguments.Streams)) await StreamSpeed.Measure(arguments);
if (arguments.Wants(Arguments.Saves) && arguments.Downloads > 0) await Downloads.Measure(arguments.Program, arguments.Downloads);
if (!arguments.Wants(Arguments.InFlight)) return;
foreach (var flight in arguments.Flights) await InFlight.Measure(arguments.Program, flight);
