package dev.stillgate.proxy.chain;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.stillgate.proxy.chain.FilterSpec.FilterMode;
import dev.stillgate.proxy.chain.FilterSpec.OnError;
import dev.stillgate.proxy.chain.Probe.Act;
import dev.stillgate.spi.Verdict;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/**
 * All combinations of phase, mode, onError and action of a filter, and their effect on the exchange and the next
 * filter.
 */
class ChainMatrixTest {
    private static final Set<Act> FAILURES = EnumSet.of(Act.NULL, Act.THROW, Act.OVERFLOW_STACK, Act.LINKAGE);

    private static final Logger FAILURE_LOG = (Logger) LoggerFactory.getLogger(FailureLog.class);

    @BeforeAll
    static void quiet() {
        FAILURE_LOG.setLevel(Level.OFF);
    }

    @AfterAll
    static void loud() {
        FAILURE_LOG.setLevel(null);
    }

    static Stream<Arguments> combinations() {
        List<Arguments> all = new ArrayList<>();
        for (FilterPhase phase : FilterPhase.values()) {
            for (FilterMode mode : EnumSet.of(FilterMode.ENFORCE, FilterMode.SHADOW)) {
                for (OnError onError : OnError.values()) {
                    for (Act act : acts(phase)) {
                        all.add(Arguments.of(phase, mode, onError, act));
                    }
                }
            }
        }
        return all.stream();
    }

    private static Set<Act> acts(FilterPhase phase) {
        Set<Act> thrown = EnumSet.of(Act.ALLOW, Act.THROW, Act.OVERFLOW_STACK, Act.LINKAGE);
        switch (phase) {
            case CONNECTION -> thrown.add(Act.REJECT);
            case REQUEST, BODY -> thrown.addAll(EnumSet.of(Act.ALLOW_ANEW, Act.FLAG, Act.REJECT, Act.NULL));
            case RESPONSE -> thrown.addAll(EnumSet.of(Act.ALLOW_ANEW, Act.NULL));
            case COMPLETION -> {}
        }
        return thrown;
    }

    @ParameterizedTest
    @MethodSource("combinations")
    void combinationsOfModeAndOnErrorFollowThePolicy(FilterPhase phase, FilterMode mode, OnError onError, Act act) {
        Probe probe = new Probe(phase, act);
        Probe behind = new Probe(phase, Act.ALLOW);
        Rig rig = new Rig().with("probe", mode, onError, probe).with("behind", behind);
        FilterChain chain = rig.chain();
        boolean fails = FAILURES.contains(act);
        boolean refuses = mode == FilterMode.ENFORCE && (act == Act.REJECT || fails && onError == OnError.CLOSED);

        boolean accepted = chain.accept(rig.connection);
        assertThat(accepted).isEqualTo(!(phase == FilterPhase.CONNECTION && refuses));
        Refusal refusal = rig.run(chain);

        boolean refused = refuses && phase != FilterPhase.CONNECTION && phase != FilterPhase.COMPLETION;
        if (refused) {
            assertThat(refusal).isNotNull().isEqualTo(rig.progress.refusal());
            assertThat(refusal.filter()).isEqualTo("probe");
            assertThat(refusal.verdict().kind()).isEqualTo(fails ? Verdict.Kind.INTERNAL : Verdict.Kind.BLOCKED);
            assertThat(refusal.verdict().code()).isEqualTo(fails ? "filter-failed" : "probe-rejects");
        } else {
            assertThat(refusal).isNull();
            assertThat(rig.progress.refusal()).isNull();
        }
        assertThat(behind.calls.contains(phase)).isEqualTo(!refuses || phase == FilterPhase.COMPLETION);
        assertThat(probe.completions()).isEqualTo(1);
        assertThat(behind.completions()).isEqualTo(refused && phase == FilterPhase.REQUEST ? 0 : 1);
        assertRecorded(rig, phase, mode, onError, act);
        assertCounted(rig, act);
    }

    private static void assertRecorded(Rig rig, FilterPhase phase, FilterMode mode, OnError onError, Act act) {
        boolean inExchange = phase != FilterPhase.CONNECTION && phase != FilterPhase.COMPLETION;
        boolean fails = FAILURES.contains(act);
        String would = null;
        if (mode == FilterMode.SHADOW && inExchange) {
            would = act == Act.REJECT ? "probe-rejects" : null;
            would = fails && onError == OnError.CLOSED ? "filter-failed" : would;
        }
        assertThat(rig.progress.shadowCode()).isEqualTo(would);
        assertThat(rig.progress.shadowFilter()).isEqualTo(would == null ? null : "probe");

        boolean flags = inExchange && (act == Act.FLAG || fails && onError == OnError.OPEN);
        assertThat(rig.progress.flagCount()).isEqualTo(flags ? 1 : 0);
        if (flags) {
            assertThat(rig.progress.flagFilter(0)).isEqualTo("probe");
            assertThat(rig.progress.flagReason(0)).isEqualTo(fails ? "filter-failed" : "probe-flags");
        }
    }

    private static void assertCounted(Rig rig, Act act) {
        assertThat(rig.meters.count("probe", Decision.FLAG)).isEqualTo(act == Act.FLAG ? 1 : 0);
        assertThat(rig.meters.count("probe", Decision.REJECT)).isEqualTo(act == Act.REJECT ? 1 : 0);
        assertThat(rig.meters.count("probe", Decision.ERROR)).isEqualTo(FAILURES.contains(act) ? 1 : 0);
        boolean allows = act == Act.ALLOW || act == Act.ALLOW_ANEW;
        assertThat(rig.meters.count("probe", Decision.ALLOW))
                .as("one for the connection, one for the exchange")
                .isEqualTo(allows ? 2 : 1);
        assertThat(rig.meters.decisions("probe", Decision.ALLOW, FilterMode.OFF).sum())
                .isZero();
    }

    @ParameterizedTest
    @MethodSource("combinations")
    void shadowFilterAddsNoHeaderField(FilterPhase phase, FilterMode mode, OnError onError, Act act) {
        Rig rig = new Rig().with("probe", mode, onError, new Probe(phase, act));
        FilterChain chain = rig.chain();
        ForwardedTap tap = rig.respond(chain);
        assertThat(rig.head.added).hasSize(mode == FilterMode.ENFORCE ? 1 : 0);
        assertThat(tap.prose()).isNull();
    }
}
