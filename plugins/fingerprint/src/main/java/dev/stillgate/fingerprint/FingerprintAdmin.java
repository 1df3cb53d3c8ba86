package dev.stillgate.fingerprint;

import dev.stillgate.fingerprint.capture.AllowList;
import dev.stillgate.fingerprint.report.Decision;
import dev.stillgate.fingerprint.report.OperatorActions;
import dev.stillgate.fingerprint.report.Reports;
import dev.stillgate.fingerprint.standing.GroupText;
import dev.stillgate.fingerprint.standing.LabelKind;
import dev.stillgate.spi.AdminAction;
import dev.stillgate.spi.AdminView;
import dev.stillgate.spi.Counter;
import dev.stillgate.spi.FilterContext;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.StandingsPublisher;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Admin pages, operator actions and gauges of a fingerprint filter. */
final class FingerprintAdmin {
    private static final String ACCOUNTS = "accounts";
    private static final String CLUSTERS = "clusters";

    /** Pseudo cluster id of the page that shows what the allow-list hides. */
    private static final String HIDDEN = "hidden";

    private static final String NOT_ENFORCED =
            "the filter is in shadow, where evidence and judgements change no request. Set mode: enforce in the"
                    + " policy, or set a standing with POST /accounts/{id}/standing, which holds in shadow too";

    private final FilterContext context;
    private final FingerprintState state;
    private final AllowList allowed;

    FingerprintAdmin(FilterContext context, FingerprintState state, AllowList allowed) {
        this.context = context;
        this.allowed = allowed;
        this.state = state;
    }

    void register() {
        views();
        action(ACCOUNTS, "standing", "pin", OperatorActions::pin);
        action(ACCOUNTS, "unpin", "unpin", OperatorActions::unpin);
        action(ACCOUNTS, AdminAction.ERASE, "erase", OperatorActions::erase);
        action(CLUSTERS, "standing", "pin-cluster", OperatorActions::pinCluster);
        action(CLUSTERS, "unpin", "unpin-cluster", OperatorActions::unpinCluster);
        action(CLUSTERS, "hide", "hide-cluster", OperatorActions::hideCluster);
        action(CLUSTERS, "unhide", "unhide-cluster", OperatorActions::unhideCluster);
        action(CLUSTERS, "confirm", "confirm-cluster", labelCluster(LabelKind.CONFIRMED));
        action(CLUSTERS, "refute", "refute-cluster", labelCluster(LabelKind.REFUTED));
        action(
                CLUSTERS,
                "unlabel",
                "unlabel-cluster",
                (operator, id, arguments) -> operator.labels().unlabelCluster(id, arguments));
        action(ACCOUNTS, "confirm", "confirm", labelAccount(LabelKind.CONFIRMED));
        action(ACCOUNTS, "refute", "refute", labelAccount(LabelKind.REFUTED));
        action(ACCOUNTS, "vouch", "vouch", labelAccount(LabelKind.VOUCHED));
        action(
                ACCOUNTS,
                "unlabel",
                "unlabel",
                (operator, id, arguments) -> operator.labels().unlabel(id, arguments));
        context.adminAction(AdminAction.ORDERS, AdminAction.WITHDRAW, new AdminAction() {
            @Override
            public @Nullable Object perform(String id, Map<String, Object> arguments) {
                return null;
            }

            @Override
            public int operators(String id) {
                return state.report(reports -> reports.operatorsToWithdraw(id));
            }
        });
        gauges();
    }

    private static Action labelCluster(LabelKind kind) {
        return (operator, id, arguments) -> operator.labels().labelCluster(kind, id, arguments);
    }

    private static Action labelAccount(LabelKind kind) {
        return (operator, id, arguments) -> operator.labels().labelAccount(kind, id, arguments);
    }

    private void views() {
        context.adminView("review", new AdminView() {
            @Override
            public @Nullable Object of(String id) {
                return null;
            }

            @Override
            public Object all() {
                return all(Reports.REVIEWED);
            }

            @Override
            public Object all(int limit) {
                return state.report(reports -> reports.review(limit));
            }
        });
        context.adminView("pools", new AdminView() {
            @Override
            public @Nullable Object of(String id) {
                return null;
            }

            @Override
            public Object all() {
                return state.figures().budgets();
            }
        });
        context.adminView(ACCOUNTS, id -> state.report(reports -> reports.account(id)));
        context.adminView("dossiers", id -> state.report(reports -> reports.dossier(id)));
        context.adminView(CLUSTERS, new AdminView() {
            @Override
            public @Nullable Object of(String id) {
                return id.equals(HIDDEN) ? hidden() : state.report(reports -> reports.cluster(id));
            }

            @Override
            public Object all() {
                return state.report(reports -> reports.clusters());
            }
        });
    }

    private List<Map<String, Object>> hidden() {
        allowed.forget(account -> context.orders().erasedAt(account) != Long.MIN_VALUE);
        return allowed.hidden();
    }

    /** Action of an operator on an account or a cluster; returns null when the id is unknown. */
    private interface Action {
        @Nullable
        Decision apply(OperatorActions operator, String id, Map<String, Object> arguments);
    }

    private void action(String page, String name, String countedAs, Action action) {
        StandingsPublisher publisher = context.publisher();
        Counter counter = context.counter("stillgate.fingerprint.orders", "order", countedAs);
        context.adminAction(page, name, new AdminAction() {
            @Override
            public @Nullable Object perform(String id, Map<String, Object> arguments) {
                Map<String, Object> done = state.apply(operator -> action.apply(operator, id, arguments), publisher);
                if (done != null) {
                    counter.increment();
                    if (name.equals("confirm") && !publisher.isEnforced()) {
                        done.put("notEnforced", NOT_ENFORCED);
                    }
                }
                return done;
            }

            @Override
            public int operators(String id) {
                return name.equals(ERASE) ? state.report(reports -> reports.operatorsToErase(id)) : 1;
            }
        });
    }

    private void text(Standing standing, String fate, ToLongFunction<GroupText> tokens) {
        context.gauge(
                "stillgate.fingerprint.tokens",
                () -> tokens.applyAsLong(state.figures().text().getOrDefault(standing, GroupText.NONE)),
                "standing",
                standing.name().toLowerCase(Locale.ROOT),
                "fate",
                fate);
    }

    private void gauges() {
        context.gauge("stillgate.fingerprint.ring", () -> state.queue().size());
        context.gauge("stillgate.fingerprint.saves.failed", state::failedSaves);
        context.gauge("stillgate.fingerprint.ring.dropped", () -> state.queue().dropped());
        context.gauge("stillgate.fingerprint.skimmed", () -> state.readBudget().skimmed());
        context.gauge("stillgate.fingerprint.unread", () -> state.readQueue().refused());
        context.gauge("stillgate.fingerprint.accounts", () -> state.figures().accounts());
        context.gauge("stillgate.fingerprint.compared", () -> state.figures().compared());
        context.gauge("stillgate.fingerprint.clusters", () -> state.figures().clusters());
        context.gauge("stillgate.fingerprint.evicted", () -> state.figures().evicted());
        context.gauge("stillgate.fingerprint.unkept", () -> state.figures().unkept());
        for (Standing standing : Standing.values()) {
            text(standing, "refused", GroupText::tokensRefused);
            text(standing, "marked", GroupText::tokensMarked);
            text(standing, "free", GroupText::tokensFree);
            if (standing != Standing.CLEAR) {
                context.gauge(
                        "stillgate.fingerprint.standings",
                        () -> state.figures().standings().getOrDefault(standing, 0),
                        "standing",
                        standing.name().toLowerCase(Locale.ROOT));
            }
        }
    }
}
