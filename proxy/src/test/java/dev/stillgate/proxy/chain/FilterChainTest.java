package dev.stillgate.proxy.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.proxy.chain.FilterSpec.FilterMode;
import dev.stillgate.proxy.chain.FilterSpec.OnError;
import dev.stillgate.proxy.chain.Probe.Act;
import dev.stillgate.spi.CompletionFilter;
import dev.stillgate.spi.ConnectionFilter;
import dev.stillgate.spi.RequestFilter;
import dev.stillgate.spi.ResponseFilter;
import dev.stillgate.spi.ResponseHead;
import dev.stillgate.spi.ResponseTap;
import dev.stillgate.spi.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FilterChainTest {
    @Test
    void closedFailureInTheResponsePhaseRefuses() {
        Rig rig = new Rig().with("b", FilterMode.ENFORCE, OnError.CLOSED, new Probe(FilterPhase.RESPONSE, Act.THROW));
        assertThat(rig.respond(rig.chain())).isEqualTo(ForwardedTap.NONE);
        assertThat(rig.progress.refusal().verdict().code()).isEqualTo("filter-failed");
    }

    @Test
    void phaseTimesAreMeasuredForTimedExchangesOnly() {
        Rig rig = new Rig();
        rig.with("slow", (RequestFilter) exchange -> {
                    rig.ticker.advance(Duration.ofNanos(700));
                    return Verdict.ALLOW;
                })
                .with("quick", new Probe(FilterPhase.REQUEST, Act.ALLOW));
        FilterChain chain = rig.chain();
        rig.run(chain);
        assertThat(rig.meters.times.values()).as("not timed").allMatch(List::isEmpty);
        rig.progress.reset();
        rig.progress.time(true);
        rig.run(chain);
        assertThat(rig.meters.times)
                .containsEntry("slow request", List.of(700L))
                .containsEntry("quick request", List.of(0L))
                .containsEntry("quick body", List.of(0L))
                .containsEntry("quick response", List.of(0L))
                .containsEntry("quick completion", List.of(0L));
        rig.progress.reset();
        rig.run(chain);
        assertThat(rig.meters.times).as("timed once").containsEntry("slow request", List.of(700L));
    }

    @Test
    void fatalErrorPropagatesAndIsCounted() {
        Rig rig = new Rig().with("fatal", FilterMode.SHADOW, OnError.OPEN, (RequestFilter) exchange -> {
            throw new OutOfMemoryError("test");
        });
        FilterChain chain = rig.chain();
        assertThatThrownBy(() -> chain.onRequest(rig.exchange, rig.progress)).isInstanceOf(OutOfMemoryError.class);
        assertThat(rig.meters.count("fatal", Decision.ERROR)).isEqualTo(1);
    }

    @Test
    void fatalErrorPropagatesFromTheConnectionPhase() {
        Rig rig = new Rig().with("fatal", (ConnectionFilter) peer -> {
            throw new InternalError("test");
        });
        FilterChain chain = rig.chain();
        assertThatThrownBy(() -> chain.accept(rig.connection)).isInstanceOf(InternalError.class);
    }

    @Test
    void aConstantVerdictIsWrappedOnce() {
        Rig rig = new Rig().with("gate", new Probe(FilterPhase.REQUEST, Act.REJECT));
        FilterChain chain = rig.chain();
        Refusal first = rig.run(chain);
        rig.progress.reset();
        assertThat(rig.run(chain)).isSameAs(first);
    }

    @Test
    void differentVerdictIsNotTakenFromTheCache() {
        List<Verdict> verdicts = new ArrayList<>(List.of(
                new Verdict.Reject(Verdict.Kind.RATE_LIMITED, "one", "."),
                new Verdict.Reject(Verdict.Kind.RATE_LIMITED, "two", ".")));
        Rig rig = new Rig().with("gate", (RequestFilter) exchange -> verdicts.removeFirst());
        FilterChain chain = rig.chain();
        assertThat(rig.run(chain).verdict().code()).isEqualTo("one");
        rig.progress.reset();
        assertThat(rig.run(chain).verdict().code()).isEqualTo("two");
        assertThat(chain.filters().getFirst().lastReject()).isEqualTo("two");
    }

    @Test
    void flagsAreRecordedUpToALimit() {
        Rig rig = new Rig();
        for (int i = 0; i < ChainProgress.MAX_FLAGS + 3; i++) {
            rig.with("f" + i, new Probe(FilterPhase.REQUEST, Act.FLAG));
        }
        rig.run(rig.chain());
        assertThat(rig.progress.flagCount()).isEqualTo(ChainProgress.MAX_FLAGS);
        assertThat(rig.progress.flagFilter(7)).isEqualTo("f7");
        assertThatThrownBy(() -> rig.progress.flagReason(ChainProgress.MAX_FLAGS))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(rig.meters.count("f10", Decision.FLAG)).as("all are counted").isEqualTo(1);
    }

    @Test
    void theFirstShadowVerdictIsTheOneRecorded() {
        Rig rig = new Rig()
                .with("s1", FilterMode.SHADOW, OnError.CLOSED, new Probe(FilterPhase.BODY, Act.REJECT))
                .with("s2", FilterMode.SHADOW, OnError.CLOSED, new Probe(FilterPhase.REQUEST, Act.THROW));
        assertThat(rig.run(rig.chain())).isNull();
        assertThat(rig.progress.shadowFilter()).isEqualTo("s2");
        assertThat(rig.progress.shadowCode()).isEqualTo("filter-failed");
    }

    @Test
    void shadowFilterThatRefusedSeesOnlyCompletion() {
        Probe shadow = new Probe(FilterPhase.REQUEST, Act.REJECT);
        Rig rig = new Rig().with("shadow", FilterMode.SHADOW, OnError.OPEN, shadow);
        rig.run(rig.chain());
        assertThat(shadow.calls).containsExactly(FilterPhase.REQUEST, FilterPhase.COMPLETION);
    }

    @Test
    void shadowHeadIsInvalidAfterTheCall() {
        List<ResponseHead> kept = new ArrayList<>();
        Rig rig = new Rig().with("shadow", FilterMode.SHADOW, OnError.OPEN, (ResponseFilter) (exchange, head) -> {
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.headers().size()).isZero();
            kept.add(head);
            return ResponseTap.NONE;
        });
        rig.respond(rig.chain());
        assertThat(rig.meters.count("shadow", Decision.ERROR)).isZero();
        assertThatThrownBy(() -> kept.getFirst().status()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void bodiesAreReadOnlyWithABodyFilter() {
        RequestFilter headersOnly = exchange -> Verdict.ALLOW;
        assertThat(new Rig().with("a", headersOnly).chain().readsBodies()).isFalse();
        assertThat(new Rig()
                        .with("a", headersOnly)
                        .with("b", new Probe(FilterPhase.BODY, Act.ALLOW))
                        .chain()
                        .readsBodies())
                .isTrue();
    }

    @Test
    void snapshotHasTheDecisionsOfEachFilter() {
        Rig rig = new Rig()
                .with("watch", FilterMode.SHADOW, OnError.CLOSED, new Probe(FilterPhase.BODY, Act.REJECT))
                .with("done", (CompletionFilter) (exchange, outcome) -> {})
                .with("door", (ConnectionFilter) peer -> false);
        FilterChain chain = rig.chain();
        rig.run(chain);
        chain.accept(rig.connection);

        List<FilterSnapshot> filters = chain.filters();
        assertThat(filters).extracting(FilterSnapshot::name).containsExactly("watch", "done", "door");
        FilterSnapshot watch = filters.getFirst();
        assertThat(watch.type()).isEqualTo("probe");
        assertThat(watch.mode()).isEqualTo(FilterMode.SHADOW);
        assertThat(watch.onError()).isEqualTo(OnError.CLOSED);
        assertThat(watch.phases()).containsExactly(FilterPhase.values());
        assertThat(watch.counts()).containsEntry(Decision.REJECT, 1L).containsOnlyKeys(Decision.values());
        assertThat(watch.lastReject()).isEqualTo("probe-rejects");
        assertThat(filters.get(1).phases()).isEqualTo(Set.of(FilterPhase.COMPLETION));
        assertThat(filters.get(1).lastReject()).isNull();
        assertThat(filters.get(2).lastReject()).isEqualTo("connection-refused");
    }

    @Test
    void filterNumber64HasItsOwnBit() {
        Rig rig = new Rig();
        List<Probe> probes = new ArrayList<>();
        for (int i = 0; i < FilterChain.MAX_FILTERS; i++) {
            probes.add(new Probe(FilterPhase.REQUEST, i == FilterChain.MAX_FILTERS - 2 ? Act.REJECT : Act.ALLOW));
            rig.with("f" + i, probes.get(i));
        }
        rig.run(rig.chain());
        assertThat(probes.get(62).completions()).isEqualTo(1);
        assertThat(probes.get(63).completions()).isZero();
    }
}
