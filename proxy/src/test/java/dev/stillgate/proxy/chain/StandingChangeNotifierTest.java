package dev.stillgate.proxy.chain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.chain.FilterSpec.FilterMode;
import dev.stillgate.proxy.chain.FilterSpec.OnError;
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
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StandingChangeNotifierTest {
    private final AtomicReference<StandingsPublisher> publisher = new AtomicReference<>();
    private final List<String> told = new ArrayList<>();
    private final List<Map<String, ?>> findings = new ArrayList<>();
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
                compiler.standings(),
                (type, millis, data) -> {
                    told.add(type + " " + data);
                    findings.add(data);
                },
                () -> 5);
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
    void eachRiseToPooledOrAboveIsReportedOnce() {
        look(Map.of(), Map.of());
        look(Map.of("x", Standing.MARKED), Map.of());
        assertThat(told).isEmpty();
        look(Map.of("x", Standing.POOLED), Map.of());
        assertThat(told).containsExactly("account.standing {account=x, standing=pooled, before=marked, cluster=null}");
        look(Map.of("x", Standing.BLOCKED), Map.of());
        assertThat(told).containsExactly("account.standing {account=x, standing=blocked, before=pooled, cluster=null}");
        look(Map.of("x", Standing.POOLED), Map.of());
        assertThat(told).isEmpty();
    }

    @Test
    void newClusterIsReportedWithItsSize() {
        look(Map.of(), Map.of());
        look(Map.of("x", Standing.MARKED, "y", Standing.POOLED), Map.of("x", "c1", "y", "c1"));
        assertThat(told)
                .containsExactly(
                        "cluster.found {cluster=c1, accounts=2}",
                        "account.standing {account=y, standing=pooled, before=clear, cluster=c1}");
        look(
                Map.of("x", Standing.MARKED, "y", Standing.POOLED, "z", Standing.MARKED),
                Map.of("x", "c1", "y", "c1", "z", "c1"));
        assertThat(told).isEmpty();
    }

    @Test
    void accountsThatRiseTogetherAreOneMessage() {
        List<String> accounts = look(25_000, "a-%06d");
        assertThat(told).hasSize(3);
        assertThat(told.get(0)).isEqualTo("cluster.found {cluster=c1, accounts=25000}");
        assertThat(told.get(1))
                .isEqualTo("account.standing {accounts=24999, account_ids=" + accounts.subList(1, 25_000)
                        + ", standing=pooled, before=clear, cluster=c1}");
        assertThat(told.get(2))
                .isEqualTo("account.standing {account=a-000000, standing=pooled, before=marked, cluster=c1}");
    }

    @Test
    void idsThatOneMessageCannotHoldComeInNumberedParts() {
        List<String> accounts = look(25_000, "%0128d");
        List<Map<String, ?>> parts =
                findings.stream().filter(data -> data.containsKey("parts")).toList();
        assertThat(parts).hasSize(4);
        List<Object> ids = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            List<?> part = (List<?>) parts.get(i).get("account_ids");
            assertThat(part.size() * 131).isLessThanOrEqualTo(1_000_000);
            assertThat(parts.get(i).toString())
                    .startsWith("{accounts=24999, ")
                    .endsWith("part=" + (i + 1) + ", parts=4}");
            ids.addAll(part);
        }
        assertThat(ids).isEqualTo(accounts.subList(1, 25_000));
    }

    /** Pools accounts at once, the first of which was marked before. */
    private List<String> look(int count, String format) {
        List<String> accounts =
                IntStream.range(0, count).mapToObj(format::formatted).toList();
        look(Map.of(accounts.getFirst(), Standing.MARKED), Map.of());
        look(Map.of(accounts.getFirst(), Standing.MARKED), Map.of());
        Map<String, Standing> pooled = accounts.stream().collect(Collectors.toMap(id -> id, id -> Standing.POOLED));
        findings.clear();
        look(pooled, accounts.stream().collect(Collectors.toMap(id -> id, id -> "c1")));
        return accounts;
    }
}
