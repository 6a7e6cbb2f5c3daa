using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using VideoGen.Engine.Conformance.Grains;
using VideoGen.Engine.Conformance.Twins;
using VideoGen.Engine.Simulation;

namespace VideoGen.Engine.Conformance
{
    public sealed class CompositionTests
    {
        [Fact]
        public void Two_grain_classes_with_one_state_name_are_refused()
        {
            var failure = Refusal(typeof(FirstTwinGrain), typeof(SecondTwinGrain));
            Assert.Equal(
                "State name \"twin\" is used by VideoGen.Engine.Conformance.Twins.FirstTwinGrain and VideoGen.Engine.Conformance.Twins.SecondTwinGrain; every state name belongs to one grain class.",
                failure);
        }

        [Fact]
        public void A_document_that_cannot_be_made_is_refused() => Assert.Contains("without parameters", Refusal(typeof(NoDocumentGrain)), StringComparison.Ordinal);

        [Fact]
        public void Two_grain_classes_with_one_type_name_are_refused() => Assert.Contains("Grain type \"firsttwin\"", Refusal(typeof(FirstTwinGrain), typeof(NamesakeGrain)), StringComparison.Ordinal);

        [Fact]
        public void A_method_without_a_task_is_refused() => Assert.Contains("Task or Task<T>", Refusal(typeof(SynchronousGrain)), StringComparison.Ordinal);

        [Fact]
        public async Task A_host_starts_and_stops_the_engine_on_the_system_clock_and_the_thread_pool()
        {
            var script = new Script();
            var builder = Host.CreateEmptyApplicationBuilder(null);
            builder.Services.AddEmbeddedEngine(options => options.AddGrain(typeof(LifeGrain)));
            builder.Services.AddSingleton(script).AddScoped<ScopedThing>();
            using var host = builder.Build();
            await host.StartAsync();
            Assert.Equal("v-1", await host.Services.GetRequiredService<IGrainFactory>().GetGrain<ILifeGrain>("v-1").Key());
            await host.StopAsync();
            Assert.Equal(["activating", "activated", "deactivating ShuttingDown", "deactivated", "scope closed"], script.Notes);
        }

        [Fact]
        public async Task Options_out_of_range_stop_the_host()
        {
            var builder = Host.CreateEmptyApplicationBuilder(null);
            builder.Services.AddEmbeddedEngine(options => options.CallTimeout = TimeSpan.Zero);
            using var host = builder.Build();
            await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        }

        [Fact]
        public void Every_grain_class_of_an_assembly_is_found_internal_ones_too()
        {
            var grains = new EmbeddedEngineOptions().AddGrainsFrom(typeof(TurnGrain).Assembly).Grains;
            Assert.Contains(typeof(TurnGrain), grains);
            Assert.Contains(typeof(FirstTwinGrain), grains);
            Assert.DoesNotContain(typeof(World), grains);
        }

        [Fact]
        public void A_grain_type_is_named_after_its_class_or_its_attribute()
        {
            Assert.Equal("life", GrainClass.Of(typeof(LifeGrain)).GrainType.ToString());
            Assert.Equal("firsttwin", GrainClass.Of(typeof(NamesakeGrain)).GrainType.ToString());
        }

        [Fact]
        public async Task A_reference_to_nothing_says_so()
        {
            await using var world = await World.Start();
            Assert.Contains("No grain class implements", Assert.Throws<ArgumentException>(() => world.Grain<INothingGrain>()).Message, StringComparison.Ordinal);
        }

        private static string Refusal(params Type[] grains) =>
            Assert.Throws<OrleansConfigurationException>(() => new EmbeddedEngineBuilder(new VirtualTimeProvider())
                .Configure(options => Array.ForEach(grains, grain => options.AddGrain(grain)))
                .Build()).Message;
    }
}

namespace VideoGen.Engine.Conformance.Twins
{
    public interface ITwinGrain : IGrainWithStringKey;

    public interface INothingGrain : IGrainWithStringKey;

    public interface ISynchronousGrain : IGrainWithStringKey
    {
        int Now();
    }

    internal sealed class FirstTwinGrain([PersistentState("twin")] IPersistentState<NumberDocument> document) : Grain, ITwinGrain
    {
        public int Value => document.State.Value;
    }

    internal sealed class SecondTwinGrain([PersistentState("twin")] IPersistentState<NumberDocument> document) : Grain, ITwinGrain
    {
        public int Value => document.State.Value;
    }

    [GrainType("firsttwin")]
    internal sealed class NamesakeGrain : Grain, ITwinGrain;

    internal sealed class NoDocumentGrain([PersistentState("nothing")] IPersistentState<string> document) : Grain, ITwinGrain
    {
        public string Value => document.State;
    }

    internal sealed class SynchronousGrain : Grain, ISynchronousGrain
    {
        public int Now() => 1;
    }
}
