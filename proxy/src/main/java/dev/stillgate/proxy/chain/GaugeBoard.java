package dev.stillgate.proxy.chain;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The registered gauges of the filters. A policy's gauges are registered when the policy becomes current and replace
 * gauges of the same name and tags. They are removed when the policy is retired, unless a newer policy has replaced
 * them. Thread-safe.
 */
final class GaugeBoard {
    private static final Logger log = LoggerFactory.getLogger(GaugeBoard.class);
    private final MeterSource meters;

    @GuardedBy("this")
    private final Map<Id, Shown> board = new HashMap<>();

    GaugeBoard(MeterSource meters) {
        this.meters = meters;
    }

    /** Returns an empty set of gauges for a policy that is being compiled. */
    Draft draft() {
        return new Draft();
    }

    @GuardedBy("this")
    private void show(Id id, DoubleSupplier value, Draft owner) {
        Shown shown = board.get(id);
        if (shown != null) {
            shown.value = value;
            shown.owner = owner;
            return;
        }
        Shown first = new Shown(value, owner);
        try {
            first.takeOff = meters.gauge(id.name(), first, id.tags().toArray(String[]::new));
            board.put(id, first);
        } catch (RuntimeException refused) { // an invalid gauge must not stop a policy
            log.error("failed to register gauge {} {}", id.name(), id.tags(), refused);
        }
    }

    /** The gauges of one policy. */
    final class Draft {
        @GuardedBy("GaugeBoard.this")
        private final Map<Id, DoubleSupplier> gauges = new LinkedHashMap<>();

        @GuardedBy("GaugeBoard.this")
        private boolean shown;

        @GuardedBy("GaugeBoard.this")
        private boolean retired;

        /** Adds a gauge; registers it immediately if the policy is current. */
        void gauge(String name, DoubleSupplier value, String... tags) {
            Id id = new Id(name, List.of(tags));
            synchronized (GaugeBoard.this) {
                if (shown) {
                    GaugeBoard.this.show(id, value, this);
                } else if (!retired) {
                    gauges.put(id, value);
                }
            }
        }

        void show() {
            synchronized (GaugeBoard.this) {
                shown = true;
                for (Map.Entry<Id, DoubleSupplier> gauge : gauges.entrySet()) {
                    GaugeBoard.this.show(gauge.getKey(), gauge.getValue(), this);
                }
                gauges.clear();
            }
        }

        void takeOff() {
            synchronized (GaugeBoard.this) {
                shown = false;
                retired = true;
                gauges.clear();
                board.values().removeIf(gauge -> {
                    boolean mine = gauge.owner == this;
                    if (mine) {
                        gauge.takeOff.run();
                    }
                    return mine;
                });
            }
        }
    }

    private record Id(String name, List<String> tags) {}

    /** A registered gauge, whose supplier is replaced when the policy changes. */
    private static final class Shown implements DoubleSupplier {
        private volatile DoubleSupplier value;
        private Draft owner;
        private Runnable takeOff = () -> {};

        private Shown(DoubleSupplier value, Draft owner) {
            this.value = value;
            this.owner = owner;
        }

        /** Returns the gauge's value, or NaN if the filter's supplier throws. */
        @Override
        public double getAsDouble() {
            try {
                return value.getAsDouble();
            } catch (RuntimeException | LinkageError failure) {
                return Double.NaN;
            }
        }
    }
}
