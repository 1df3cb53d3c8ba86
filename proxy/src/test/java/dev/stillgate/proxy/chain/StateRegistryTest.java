package dev.stillgate.proxy.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StateRegistryTest {
    private final StateRegistry registry = new StateRegistry();
    private final List<String> closed = new ArrayList<>();

    @Test
    void stateSurvivesASwapOfPolicies() {
        StateRegistry.Session old = registry.open();
        Ledger state = old.state("limits", Ledger.class, () -> new Ledger("first"));
        StateRegistry.Session next = registry.open();
        assertThat(next.state("limits", Ledger.class, () -> new Ledger("second")))
                .isSameAs(state);
        old.close();
        assertThat(closed).isEmpty();
        next.close();
        assertThat(closed).containsExactly("first");
        assertThat(registry.stateCount()).isZero();
    }

    @Test
    void stateIsSeparateForEachNameAndClass() {
        StateRegistry.Session session = registry.open();
        Ledger one = session.state("a", Ledger.class, () -> new Ledger("a"));
        Ledger two = session.state("b", Ledger.class, () -> new Ledger("b"));
        StringBuilder other = session.state("a", StringBuilder.class, StringBuilder::new);
        assertThat(one).isNotSameAs(two);
        assertThat(session.state("a", StringBuilder.class, StringBuilder::new)).isSameAs(other);
        assertThat(registry.stateCount()).isEqualTo(3);
    }

    @Test
    void retainedStateIsKeptWithoutARequest() {
        StateRegistry.Session old = registry.open();
        Ledger state = old.state("limits", Ledger.class, () -> new Ledger("limits"));
        StateRegistry.Session off = registry.open();
        off.retain("limits");
        old.close();
        assertThat(closed).isEmpty();
        StateRegistry.Session onAgain = registry.open();
        assertThat(onAgain.state("limits", Ledger.class, () -> new Ledger("another")))
                .isSameAs(state);
    }

    @Test
    void abandonedSessionClosesOnlyItsOwnState() {
        StateRegistry.Session live = registry.open();
        live.state("limits", Ledger.class, () -> new Ledger("live"));
        StateRegistry.Session failed = registry.open();
        failed.state("limits", Ledger.class, () -> new Ledger("never"));
        failed.state("new", Ledger.class, () -> new Ledger("new"));
        failed.close();
        failed.close();
        assertThat(closed).containsExactly("new");
    }

    @Test
    void statesCloseLatestFirstDespiteFailures() {
        StateRegistry.Session session = registry.open();
        session.state("a", Ledger.class, () -> new Ledger("a"));
        session.state("b", Failing.class, Failing::new);
        session.state("c", Ledger.class, () -> new Ledger("c"));
        session.close();
        assertThat(closed).containsExactly("c", "failing", "a");
        assertThat(registry.stateCount()).isZero();
    }

    @Test
    void stateMayRequestOtherStateButNotItself() {
        StateRegistry.Session session = registry.open();
        session.state("a", Ledger.class, () -> session.state("b", Ledger.class, () -> new Ledger("inner")));
        assertThat(registry.stateCount()).isEqualTo(2);
        assertThatThrownBy(() -> session.state("s", Ledger.class, () -> {
                    session.state("s", Ledger.class, () -> new Ledger("inner"));
                    return new Ledger("outer");
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is requested while it is being created");
    }

    @Test
    void failingSupplierLeavesNoState() {
        StateRegistry.Session session = registry.open();
        assertThatThrownBy(() -> session.state("a", Ledger.class, () -> null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> session.state("a", Ledger.class, () -> {
                    throw new IllegalArgumentException("disk");
                }))
                .hasMessage("disk");
        assertThat(registry.stateCount()).isZero();
    }

    @Test
    void sealedSessionRejectsRequests() {
        StateRegistry.Session session = registry.open();
        session.seal();
        assertThatThrownBy(() -> session.state("a", Ledger.class, () -> new Ledger("a")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("filter a");
        assertThatThrownBy(() -> session.retain("a")).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void labelHasOneSlot() {
        var country = registry.slot("geo.country", String.class);
        var asn = registry.slot("geo.asn", Long.class);
        assertThat(registry.slot("geo.country", String.class)).isSameAs(country);
        assertThat(country.index()).isZero();
        assertThat(asn.index()).isEqualTo(1);
        assertThat(registry.slotCount()).isEqualTo(2);
        assertThatThrownBy(() -> registry.slot("geo.asn", String.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("geo.asn has the type java.lang.Long")
                .hasMessageContaining("not java.lang.String");
        assertThat(registry.slotCount()).isEqualTo(2);
    }

    private final class Ledger implements AutoCloseable {
        private final String name;

        private Ledger(String name) {
            this.name = name;
        }

        @Override
        public void close() {
            closed.add(name);
        }
    }

    private final class Failing implements AutoCloseable {
        @Override
        public void close() {
            closed.add("failing");
            throw new IllegalStateException("close");
        }
    }
}
