package dev.stillgate.fingerprint;

import dev.stillgate.fingerprint.capture.AllowList;
import dev.stillgate.fingerprint.report.OperatorActions;
import dev.stillgate.spi.AdminAction;
import dev.stillgate.spi.AdminView;
import dev.stillgate.spi.Counter;
import dev.stillgate.spi.FilterContext;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.StandingsPublisher;
import dev.stillgate.spi.Ticker;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What operators see of a fingerprint filter and do with it: pages, actions and gauges. */
final class FingerprintAdmin {
    private static final String ACCOUNTS = "accounts";
    private static final String CLUSTERS = "clusters";

    /** In the place of a cluster's id: what the allow-list hides. */
    private static final String HIDDEN = "hidden";

    private final FilterContext context;
    private final FingerprintState behaviour;
    private final AllowList allowed;

    FingerprintAdmin(FilterContext context, FingerprintState behaviour, AllowList allowed) {
        this.context = context;
        this.allowed = allowed;
        this.behaviour = behaviour;
    }

    /** Puts everything in its place. */
    void open() {
        views();
        action(ACCOUNTS, "standing", "pin", OperatorActions::pin);
        action(ACCOUNTS, "unpin", "unpin", OperatorActions::unpin);
        action(ACCOUNTS, AdminAction.ERASE, "erase", OperatorActions::erase);
        action(CLUSTERS, "standing", "pin-cluster", OperatorActions::pinCluster);
        action(CLUSTERS, "unpin", "unpin-cluster", OperatorActions::unpinCluster);
        gauges();
    }

    private void views() {
        context.adminView(ACCOUNTS, id -> behaviour.ask(reports -> reports.account(id)));
        context.adminView(CLUSTERS, new AdminView() {
            @Override
            public @Nullable Object of(String id) {
                return id.equals(HIDDEN) ? allowed.hidden() : behaviour.ask(reports -> reports.cluster(id));
            }

            @Override
            public Object all() {
                return behaviour.ask(reports -> reports.clusters());
            }
        });
    }

    /** Something an operator does; null when nothing is known of whom it is done to. */
    private interface Order {
        @Nullable
        Map<String, Object> carry(OperatorActions operator, String id, Map<String, Object> arguments);
    }

    private void action(String page, String name, String counted, Order order) {
        StandingsPublisher publisher = context.publisher();
        Ticker ticker = context.ticker();
        Counter orders = context.counter("stillgate.fingerprint.orders", "order", counted);
        context.adminAction(page, name, (id, arguments) -> {
            Map<String, Object> done =
                    behaviour.order(ticker.millis(), operator -> order.carry(operator, id, arguments), publisher);
            if (done != null) {
                orders.increment();
            }
            return done;
        });
    }

    private void gauges() {
        context.gauge("stillgate.fingerprint.ring", () -> behaviour.ring().size());
        context.gauge(
                "stillgate.fingerprint.ring.dropped", () -> behaviour.ring().dropped());
        context.gauge(
                "stillgate.fingerprint.skimmed", () -> behaviour.allowance().skimmed());
        context.gauge("stillgate.fingerprint.unread", () -> behaviour.unread().refused());
        context.gauge(
                "stillgate.fingerprint.accounts", () -> behaviour.figures().accounts());
        context.gauge(
                "stillgate.fingerprint.compared", () -> behaviour.figures().compared());
        context.gauge(
                "stillgate.fingerprint.clusters", () -> behaviour.figures().clusters());
        context.gauge("stillgate.fingerprint.learnt", () -> behaviour.figures().learnt());
        context.gauge("stillgate.fingerprint.evicted", () -> behaviour.figures().evicted());
        context.gauge("stillgate.fingerprint.unkept", () -> behaviour.figures().unkept());
        for (Standing standing : Standing.values()) {
            if (standing != Standing.CLEAR) {
                context.gauge(
                        "stillgate.fingerprint.standings",
                        () -> behaviour.figures().standings().getOrDefault(standing, 0),
                        "standing",
                        standing.name().toLowerCase(Locale.ROOT));
            }
        }
    }
}
