package dev.stillgate.proxy.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.proxy.chain.FilterSpec.FilterMode;
import dev.stillgate.proxy.chain.FilterSpec.OnError;
import dev.stillgate.proxy.chain.Rig.NoPolicy;
import dev.stillgate.spi.Filter;
import dev.stillgate.spi.FilterContext;
import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.RequestFilter;
import dev.stillgate.spi.Verdict;
import dev.stillgate.testkit.FakeTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ChainCompilerTest {
    private final FakeTicker ticker = new FakeTicker();
    private final FakeMeters meters = new FakeMeters();
    private final StateRegistry states = new StateRegistry();
    private final List<String> log = new ArrayList<>();
    private final FilterCatalog catalog = FilterCatalog.of(
            Rig.factory("counting", (policy, context) -> counting(context)),
            Rig.factory("broken", (policy, context) -> {
                counting(context);
                throw new PolicyException("limits[2].refill", "expected 50/1m");
            }),
            Rig.factory("crashing", (policy, context) -> {
                throw new NoClassDefFoundError("lib/Missing");
            }),
            Rig.factory("empty", (policy, context) -> null),
            Rig.factory("oddly-tagged", (policy, context) -> {
                context.counter("stillgate.odd", "key");
                return counting(context);
            }));
    private final ChainCompiler compiler =
            new ChainCompiler(catalog, states, meters, meters, ticker, (period, task) -> {
                ticker.every(period, task);
                return () -> log.add("stopped");
            });

    private Filter counting(FilterContext context) {
        Uses uses = context.state(Uses.class, () -> new Uses(context.name()));
        uses.made++;
        context.gauge("stillgate.uses", () -> uses.requests, "filter", context.name());
        context.background().every(Duration.ofSeconds(1), () -> log.add("tick " + context.name()));
        return (RequestFilter) exchange -> {
            uses.requests++;
            context.counter("stillgate.requests", "filter", context.name()).increment();
            return Verdict.ALLOW;
        };
    }

    private static FilterSpec spec(String name, String type) {
        return new FilterSpec(name, type, FilterMode.ENFORCE, OnError.OPEN, new NoPolicy());
    }

    private static FilterSpec off(String name, String type) {
        return new FilterSpec(name, type, FilterMode.OFF, OnError.OPEN, new NoPolicy());
    }

    @Test
    void filtersRunInTheOrderOfTheList() {
        FilterChain chain = compiler.compile(List.of(spec("b", "counting"), spec("a", "counting")))
                .chain();
        assertThat(chain.filters()).extracting(FilterSnapshot::name).containsExactly("b", "a");
    }

    @Test
    void anEmptyListAllowsEverything() {
        Rig rig = new Rig();
        FilterChain chain = compiler.compile(List.of()).chain();
        assertThat(chain.accept(rig.connection)).isTrue();
        assertThat(rig.run(chain)).isNull();
    }

    @Test
    void filtersThatAreOffKeepTheirState() {
        CompiledChain on = compiler.compile(List.of(spec("a", "counting")));
        CompiledChain offNow = compiler.compile(List.of(off("a", "counting")));
        assertThat(offNow.chain().filters()).isEmpty();
        on.close();
        assertThat(log).doesNotContain("closed a");
        offNow.close();
        assertThat(log).contains("closed a");
    }

    @Test
    void duplicateFilterNamesAreRejected() {
        assertRefused(List.of(spec("a", "counting"), off("a", "counting")), "filters[1].name", "a");
    }

    @Test
    void unknownTypeIsRejectedWithTheKnownOnes() {
        assertRefused(
                List.of(spec("a", "counting"), off("b", "countng")),
                "filters[1].type",
                "countng: expected one of broken, counting, crashing, empty, oddly-tagged");
    }

    @Test
    void policyOfAnotherTypeIsRejected() {
        record Other() {}
        FilterSpec wrong = new FilterSpec("a", "counting", FilterMode.ENFORCE, OnError.OPEN, new Other());
        assertRefused(List.of(wrong), "filters[0].config", "NoPolicy");
    }

    @Test
    void moreThan64FiltersAreRejected() {
        List<FilterSpec> most = IntStream.range(0, FilterChain.MAX_FILTERS)
                .mapToObj(i -> spec("f" + i, "counting"))
                .toList();
        List<FilterSpec> more = new ArrayList<>(most);
        more.add(off("off", "counting"));
        assertThat(compiler.compile(more).chain().filters()).hasSize(64);
        more.add(spec("last", "counting"));
        assertRefused(more, "filters", "65 filters: expected at most 64");
    }

    @Test
    void failureHasThePathInTheWholeFile() {
        assertRefused(
                List.of(spec("a", "counting"), spec("b", "broken")),
                "filters[1].config.limits[2].refill",
                "filter b: expected 50/1m");
        assertRefused(List.of(spec("c", "crashing")), "filters[0].config", "filter c cannot be created");
        assertRefused(List.of(spec("d", "empty")), "filters[0].config", "its factory returned null");
        assertRefused(List.of(spec("e", "oddly-tagged")), "filters[0].config", "pairs of key and value");
    }

    @Test
    void failureReleasesEverythingAndKeepsTheLivePolicy() {
        CompiledChain live = compiler.compile(List.of(spec("a", "counting")));
        ActivePolicy<CompiledChain> active = new ActivePolicy<>(live, live, Runnable::run);
        Rig rig = new Rig();
        rig.run(live.chain());

        assertRefused(
                List.of(spec("a", "counting"), spec("fresh", "counting"), spec("b", "broken")),
                "filters[2].config.limits[2].refill",
                "");
        assertThat(log).containsExactly("closed b", "closed fresh");
        log.clear();
        ticker.advance(Duration.ofSeconds(2));
        assertThat(log).as("only the live policy's task").containsExactly("tick a", "tick a");
        assertThat(meters.gauges).containsOnlyKeys(List.of("stillgate.uses", "filter", "a"));
        assertThat(meters.gauge("stillgate.uses", "filter", "a")).isEqualTo(1);
        assertThat(active.peek()).isSameAs(live);
        rig.progress.reset();
        assertThat(rig.run(live.chain())).isNull();
    }

    @Test
    void swapKeepsStateAndReplacesGaugesAndTasks() {
        CompiledChain old = compiler.compile(List.of(spec("a", "counting"), spec("gone", "counting")));
        ActivePolicy<CompiledChain> active = new ActivePolicy<>(old, old, Runnable::run);
        Rig rig = new Rig();
        ActivePolicy.Pinned<CompiledChain> running = active.pin();
        running.policy().chain().onRequest(rig.exchange, rig.progress);
        assertThat(meters.gauges).hasSize(2);

        CompiledChain next = compiler.compile(List.of(spec("a", "counting")));
        active.swap(next, next);
        assertThat(meters.gauges).containsOnlyKeys(List.of("stillgate.uses", "filter", "a"));
        assertThat(meters.gauge("stillgate.uses", "filter", "a"))
                .as("state kept")
                .isEqualTo(1);
        assertThat(log).as("an exchange still uses the old policy").containsExactly("stopped", "stopped");
        log.clear();
        ticker.advance(Duration.ofSeconds(1));
        assertThat(log).containsExactly("tick a");
        log.clear();

        running.policy().chain().onComplete(rig.exchange, rig.progress, Rig.SERVED);
        running.release();
        assertThat(log).containsExactly("closed gone");
        assertThat(meters.counted("stillgate.requests", "filter", "a")).isEqualTo(1);
        assertThat(states.stateCount()).isEqualTo(1);
    }

    @Test
    void decisionCountsSurviveASwap() {
        Rig rig = new Rig();
        rig.run(compiler.compile(List.of(spec("a", "counting"))).chain());
        rig.progress.reset();
        FilterChain next = compiler.compile(List.of(spec("a", "counting"))).chain();
        rig.run(next);
        assertThat(next.filters().getFirst().counts()).containsEntry(Decision.ALLOW, 2L);
    }

    private void assertRefused(List<FilterSpec> specs, String at, String message) {
        assertThatThrownBy(() -> compiler.compile(specs))
                .isInstanceOfSatisfying(
                        PolicyException.class,
                        refused -> assertThat(refused.at()).isEqualTo(at))
                .hasMessageContaining(message);
    }

    private final class Uses implements AutoCloseable {
        private final String name;
        private int made;
        private int requests;

        private Uses(String name) {
            this.name = name;
        }

        @Override
        public void close() {
            log.add("closed " + name);
        }
    }
}
