package dev.stillgate.proxy.chain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.chain.FilterSpec.FilterMode;
import dev.stillgate.proxy.chain.FilterSpec.OnError;
import dev.stillgate.proxy.chain.Rig.NoPolicy;
import dev.stillgate.proxy.observe.StandingAudit;
import dev.stillgate.spi.RequestFilter;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.StandingsPublisher;
import dev.stillgate.spi.Verdict;
import dev.stillgate.testkit.FakeTicker;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StandingAuditTest {
    private final AtomicReference<StandingsPublisher> publisher = new AtomicReference<>();
    private final List<String> noted = new ArrayList<>();

    private StandingAudit audit(FilterMode mode) {
        FakeMeters meters = new FakeMeters();
        ChainCompiler compiler = new ChainCompiler(
                FilterCatalog.of(Rig.factory("publishing", (policy, context) -> {
                    publisher.set(context.publisher());
                    return (RequestFilter) exchange -> Verdict.ALLOW;
                })),
                new StateRegistry(),
                meters,
                meters,
                new FakeTicker(),
                (period, task) -> () -> {});
        CompiledChain chain =
                compiler.compile(List.of(new FilterSpec("a", "publishing", mode, OnError.OPEN, new NoPolicy())));
        new ActivePolicy<>(chain, chain, Runnable::run);
        return new StandingAudit(compiler.standings(), (type, facts) -> noted.add(type + " " + facts));
    }

    private List<String> after(StandingAudit audit, Map<String, Standing> standings, Map<String, String> groups) {
        publisher.get().publish(standings, groups);
        noted.clear();
        audit.run();
        return List.copyOf(noted);
    }

    @ParameterizedTest
    @EnumSource(
            value = FilterMode.class,
            names = {"ENFORCE", "SHADOW"})
    void changesAreAuditedOnce(FilterMode mode) {
        StandingAudit audit = audit(mode);
        String inForce = mode == FilterMode.ENFORCE ? "blocked" : "clear";
        assertThat(after(audit, Map.of("known", Standing.POOLED), Map.of()))
                .as("known at the start")
                .isEmpty();
        assertThat(after(
                        audit,
                        Map.of("known", Standing.POOLED, "x", Standing.BLOCKED, "y", Standing.MARKED),
                        Map.of("x", "c1")))
                .containsExactly(
                        "account.standing {account=x, standing=blocked, before=clear, in_force=" + inForce
                                + ", cluster=c1}",
                        "account.standing {account=y, standing=marked, before=clear, in_force="
                                + (mode == FilterMode.ENFORCE ? "marked" : "clear") + ", cluster=null}");
        assertThat(after(
                        audit,
                        Map.of("known", Standing.POOLED, "x", Standing.BLOCKED, "y", Standing.MARKED),
                        Map.of("x", "c1")))
                .as("nothing changed")
                .isEmpty();
        assertThat(after(audit, Map.of("x", Standing.BLOCKED), Map.of()))
                .containsExactly(
                        "account.standing {account=known, standing=clear, before=pooled, in_force=clear, cluster=null}",
                        "account.standing {account=y, standing=clear, before=marked, in_force=clear, cluster=null}");
    }
}
