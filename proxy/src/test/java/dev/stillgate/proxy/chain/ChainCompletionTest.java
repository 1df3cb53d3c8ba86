package dev.stillgate.proxy.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.proxy.chain.FilterSpec.FilterMode;
import dev.stillgate.proxy.chain.FilterSpec.OnError;
import dev.stillgate.proxy.chain.Probe.Act;
import dev.stillgate.spi.BodyFilter;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.CompletionFilter;
import dev.stillgate.spi.ConnectionFacts;
import dev.stillgate.spi.ConnectionFilter;
import dev.stillgate.spi.Exchange;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.ResponseFilter;
import dev.stillgate.spi.ResponseHead;
import dev.stillgate.spi.ResponseTap;
import dev.stillgate.spi.Verdict;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChainCompletionTest {
    private static final int LENGTH = 4;

    @ParameterizedTest
    @CsvSource({
        "REQUEST,0",
        "REQUEST,1",
        "REQUEST,2",
        "REQUEST,3",
        "BODY,0",
        "BODY,1",
        "BODY,2",
        "BODY,3",
        "RESPONSE,0",
        "RESPONSE,1",
        "RESPONSE,2",
        "RESPONSE,3"
    })
    void filtersThatRanAreCompletedOnce(FilterPhase phase, int position) {
        Rig rig = new Rig();
        List<Probe> probes = new ArrayList<>();
        for (int i = 0; i < LENGTH; i++) {
            Act refusal = phase == FilterPhase.RESPONSE ? Act.THROW : Act.REJECT;
            probes.add(new Probe(phase, i == position ? refusal : Act.ALLOW));
            rig.with("f" + i, FilterMode.ENFORCE, OnError.CLOSED, probes.get(i));
        }
        FilterChain chain = rig.chain();
        assertThat(rig.run(chain)).isNotNull();
        chain.onComplete(rig.exchange, rig.progress, Rig.SERVED);

        for (int i = 0; i < LENGTH; i++) {
            boolean ran = phase != FilterPhase.REQUEST || i <= position;
            assertThat(probes.get(i).completions()).as("filter %d", i).isEqualTo(ran ? 1 : 0);
            assertThat(rig.meters.count("f" + i, Decision.ALLOW)).isEqualTo(ran && i != position ? 1 : 0);
        }
    }

    @Test
    void completionRunsInListOrder() {
        List<String> order = new ArrayList<>();
        Rig rig = new Rig();
        for (String name : List.of("a", "b", "c")) {
            rig.with(name, (CompletionFilter) (exchange, outcome) -> order.add(name));
        }
        rig.run(rig.chain());
        assertThat(order).containsExactly("a", "b", "c");
    }

    @Test
    void failureInCompletionDoesNotAffectOtherFilters() {
        Probe last = new Probe(FilterPhase.COMPLETION, Act.ALLOW);
        Rig rig = new Rig();
        rig.with("first", FilterMode.ENFORCE, OnError.CLOSED, new Probe(FilterPhase.COMPLETION, Act.LINKAGE))
                .with("last", last);
        rig.run(rig.chain());
        assertThat(last.completions()).isEqualTo(1);
        assertThat(rig.meters.count("first", Decision.ERROR)).isEqualTo(1);
    }

    @Test
    void filterThatDidNotRunIsNotCompleted() {
        Completing bodyOnly = new Completing();
        Rig rig = new Rig();
        rig.with("gate", new Probe(FilterPhase.REQUEST, Act.REJECT)).with("late", bodyOnly);
        rig.run(rig.chain());
        assertThat(bodyOnly.completions).isZero();
        assertThat(rig.meters.count("late", Decision.ALLOW)).isZero();
    }

    @Test
    void filterWithoutEarlierPhaseIsAlwaysCompleted() {
        Watching watching = new Watching();
        Rig rig = new Rig();
        rig.with("gate", new Probe(FilterPhase.REQUEST, Act.REJECT)).with("watch", watching);
        rig.run(rig.chain());
        assertThat(watching.completions).isEqualTo(1);
        assertThat(rig.meters.count("watch", Decision.ALLOW)).isZero();
    }

    @Test
    void phasesAfterCompletionAreRejected() {
        Probe probe = new Probe(FilterPhase.REQUEST, Act.ALLOW);
        Rig rig = new Rig().with("probe", probe);
        FilterChain chain = rig.chain();
        rig.run(chain);
        probe.calls.clear();
        assertThatThrownBy(() -> chain.onRequest(rig.exchange, rig.progress)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> chain.onBody(rig.exchange, rig.progress, BodyView.None.INSTANCE))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> rig.respond(chain)).isInstanceOf(IllegalStateException.class);
        assertThat(probe.calls).isEmpty();
    }

    @Test
    void resetPreparesProgressForTheNextExchange() {
        Probe probe = new Probe(FilterPhase.REQUEST, Act.FLAG);
        Rig rig = new Rig()
                .with("flags", probe)
                .with("shadow", FilterMode.SHADOW, OnError.OPEN, new Probe(FilterPhase.REQUEST, Act.REJECT))
                .with("gate", new Probe(FilterPhase.REQUEST, Act.REJECT));
        FilterChain chain = rig.chain();
        rig.run(chain);
        rig.progress.reset();
        assertThat(rig.progress.flagCount()).isZero();
        assertThat(rig.progress.refusal()).isNull();
        assertThat(rig.progress.shadowFilter()).isNull();
        assertThat(rig.progress.shadowCode()).isNull();
        chain.onComplete(rig.exchange, rig.progress, Rig.SERVED);
        assertThat(probe.completions())
                .as("the second exchange has no state of the first")
                .isEqualTo(1);
        rig.progress.reset();
        assertThat(rig.run(chain)).isNotNull();
        assertThat(probe.completions()).isEqualTo(2);
    }

    private static final class Completing implements BodyFilter, ResponseFilter, CompletionFilter {
        private int completions;

        @Override
        public Verdict onBody(Exchange exchange, BodyView body) {
            return Verdict.ALLOW;
        }

        @Override
        public ResponseTap onResponse(Exchange exchange, ResponseHead head) {
            return ResponseTap.NONE;
        }

        @Override
        public void onComplete(Exchange exchange, Outcome outcome) {
            completions++;
        }
    }

    private static final class Watching implements ConnectionFilter, CompletionFilter {
        private int completions;

        @Override
        public boolean accept(ConnectionFacts peer) {
            return true;
        }

        @Override
        public void onComplete(Exchange exchange, Outcome outcome) {
            completions++;
        }
    }
}
