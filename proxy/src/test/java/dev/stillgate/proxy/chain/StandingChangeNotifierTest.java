package dev.stillgate.proxy.chain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.chain.Rig.NoPolicy;
import dev.stillgate.proxy.observe.StandingChangeNotifier;
import dev.stillgate.spi.RequestFilter;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.StandingsPublisher;
import dev.stillgate.spi.Verdict;
import dev.stillgate.testkit.FakeTicker;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StandingChangeNotifierTest {
    private final AtomicReference<StandingsPublisher> publisher = new AtomicReference<>();
    private final List<String> told = new ArrayList<>();
    private StandingChangeNotifier news;

    @BeforeEach
    void compile() {
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
        FilterSpec spec = new FilterSpec("a", "publishing", FilterMode.SHADOW, OnError.OPEN, new NoPolicy());
        CompiledChain chain = compiler.compile(List.of(spec));
        new ActivePolicy<>(chain, chain, Runnable::run);
        news = new StandingChangeNotifier(
                compiler.standings(), (type, millis, data) -> told.add(type + " " + data), () -> 5);
    }

    private void look(Map<String, Standing> standings, Map<String, String> groups) {
        publisher.get().publish(standings, groups);
        told.clear();
        news.run();
    }

    @Test
    void firstPollReportsNothing() {
        look(Map.of("x", Standing.BLOCKED), Map.of("x", "c1"));
        assertThat(told).isEmpty();
        look(Map.of("x", Standing.BLOCKED), Map.of("x", "c1"));
        assertThat(told).isEmpty();
    }

    @Test
    void eachRiseToTightenedOrAboveIsReportedOnce() {
        look(Map.of(), Map.of());
        look(Map.of("x", Standing.MARKED), Map.of());
        assertThat(told).isEmpty();
        look(Map.of("x", Standing.TIGHTENED), Map.of());
        assertThat(told)
                .containsExactly("account.standing {account=x, standing=tightened, before=marked, cluster=null}");
        look(Map.of("x", Standing.POOLED), Map.of());
        assertThat(told)
                .containsExactly("account.standing {account=x, standing=pooled, before=tightened, cluster=null}");
        look(Map.of("x", Standing.TIGHTENED), Map.of());
        assertThat(told).isEmpty();
    }

    @Test
    void newClusterIsReportedWithItsSize() {
        look(Map.of(), Map.of());
        look(Map.of("x", Standing.MARKED, "y", Standing.TIGHTENED), Map.of("x", "c1", "y", "c1"));
        assertThat(told)
                .containsExactly(
                        "cluster.found {cluster=c1, accounts=2}",
                        "account.standing {account=y, standing=tightened, before=clear, cluster=c1}");
        look(
                Map.of("x", Standing.MARKED, "y", Standing.TIGHTENED, "z", Standing.MARKED),
                Map.of("x", "c1", "y", "c1", "z", "c1"));
        assertThat(told).isEmpty();
    }
}
