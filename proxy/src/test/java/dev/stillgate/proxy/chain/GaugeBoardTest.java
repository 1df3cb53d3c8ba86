package dev.stillgate.proxy.chain;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class GaugeBoardTest {
    private final FakeMeters meters = new FakeMeters();
    private final GaugeBoard board = new GaugeBoard(meters);

    @Test
    void gaugeReadsTheNewestActivePolicy() {
        GaugeBoard.Draft old = board.draft();
        old.gauge("size", () -> 1);
        assertThat(meters.gauges).isEmpty();
        old.show();
        assertThat(meters.gauge("size")).isEqualTo(1);

        GaugeBoard.Draft next = board.draft();
        next.gauge("size", () -> 2);
        assertThat(meters.gauge("size")).isEqualTo(1);
        next.show();
        assertThat(meters.gauge("size")).isEqualTo(2);
        old.takeOff();
        assertThat(meters.gauge("size")).isEqualTo(2);
        assertThat(meters.gaugesShown).isEqualTo(1);
        next.takeOff();
        assertThat(meters.gauges).isEmpty();
    }

    @Test
    void lastSupplierOfAPolicyWins() {
        GaugeBoard.Draft draft = board.draft();
        draft.gauge("size", () -> 1, "k", "v");
        draft.gauge("size", () -> 2, "k", "v");
        draft.gauge("size", () -> 3, "k", "w");
        draft.show();
        assertThat(meters.gauge("size", "k", "v")).isEqualTo(2);
        draft.gauge("size", () -> 4, "k", "v");
        assertThat(meters.gauge("size", "k", "v")).isEqualTo(4);
        assertThat(meters.gauge("size", "k", "w")).isEqualTo(3);
    }

    @Test
    void retiredPolicyHasNoGauges() {
        GaugeBoard.Draft draft = board.draft();
        draft.show();
        draft.takeOff();
        draft.gauge("late", () -> 1);
        assertThat(meters.gauges).isEmpty();
    }

    @Test
    void failingSupplierReadsAsNaN() {
        GaugeBoard.Draft draft = board.draft();
        draft.gauge("size", () -> {
            throw new IllegalStateException("test");
        });
        draft.show();
        assertThat(meters.gauge("size")).isNaN();
    }

    @Test
    void rejectedGaugeDoesNotAffectTheOthers() {
        meters.gauge("taken", () -> 9);
        GaugeBoard.Draft draft = board.draft();
        draft.gauge("taken", () -> 1);
        draft.gauge("size", () -> 2);
        draft.show();
        assertThat(meters.gauge("taken")).isEqualTo(9);
        assertThat(meters.gauge("size")).isEqualTo(2);
        draft.takeOff();
        assertThat(meters.gauges).hasSize(1);
    }
}
