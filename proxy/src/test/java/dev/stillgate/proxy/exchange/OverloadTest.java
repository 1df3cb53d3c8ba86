package dev.stillgate.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The count of file descriptors between two samples. */
class OverloadTest {
    private static int count(java.util.function.BooleanSupplier take) {
        int taken = 0;
        while (taken < 1_000 && take.getAsBoolean()) {
            taken++;
        }
        return taken;
    }

    @Test
    @DisplayName("engine A2: upstream connections may use half of the descriptors above the threshold")
    void clientsLeaveDescriptorsForUpstreamConnections() {
        Overload overload = new Overload(90);
        overload.noteDescriptors(800, 1_000);
        assertThat(count(overload::admitsConnection)).isEqualTo(100);
        overload.connectionClosed(); // the refused one
        assertThat(count(overload::takeUpstream)).isEqualTo(50);
        overload.connectionClosed();
        assertThat(count(overload::takeUpstream)).isEqualTo(1);
        assertThat(overload.admitsConnection()).isFalse();
    }

    @Test
    @DisplayName("engine A2: without free descriptors no upstream connection is admitted")
    void upstreamConnectionIsRefusedWithoutDescriptors() {
        Overload overload = new Overload(90);
        overload.noteDescriptors(1_000, 1_000);
        assertThat(overload.takeUpstream()).isFalse();
        assertThat(overload.takeUpstream()).isFalse();
    }
}
