package dev.stillgate.proxy.chain;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gauges of filters: a policy's are shown when it becomes current, in place of those of the same name and tags, and
 * taken off when it is retired and no newer policy has put its own there.
 */
final class GaugeBoard {
    private static final Logger log = LoggerFactory.getLogger(GaugeBoard.class);
    private final MeterSource meters;
    private final Map<Id, Shown> board = new HashMap<>();

    GaugeBoard(MeterSource meters) {
        this.meters = meters;
    }

    /** Returns a place to collect the gauges of a policy that is being compiled. */
    Draft draft() {
        return new Draft();
    }

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
        } catch (RuntimeException refused) { // a gauge that cannot be shown is no reason to stop a policy
            log.error("gauge {} {} cannot be shown", id.name(), id.tags(), refused);
        }
    }

    /** The gauges of one policy. */
    final class Draft {
        private final Map<Id, DoubleSupplier> gauges = new LinkedHashMap<>();
        private boolean shown;
        private boolean over;

        /** Adds a gauge, at once visible when the policy is current. */
        void gauge(String name, DoubleSupplier value, String... tags) {
            Id id = new Id(name, List.of(tags));
            synchronized (GaugeBoard.this) {
                if (shown) {
                    GaugeBoard.this.show(id, value, this);
                } else if (!over) {
                    gauges.put(id, value);
                }
            }
        }

        void show() {
            synchronized (GaugeBoard.this) {
                shown = true;
                gauges.forEach((id, value) -> GaugeBoard.this.show(id, value, this));
                gauges.clear();
            }
        }

        void takeOff() {
            synchronized (GaugeBoard.this) {
                shown = false;
                over = true;
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

    /** One gauge on the board; what is read changes with the policy. */
    private static final class Shown implements DoubleSupplier {
        private volatile DoubleSupplier value;
        private Draft owner;
        private Runnable takeOff = () -> {};

        private Shown(DoubleSupplier value, Draft owner) {
            this.value = value;
            this.owner = owner;
        }

        /** Returns the number, NaN when the filter fails at giving it. */
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
