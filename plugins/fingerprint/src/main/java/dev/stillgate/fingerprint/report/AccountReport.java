package dev.stillgate.fingerprint.report;

import dev.stillgate.fingerprint.account.AccountIndex;
import dev.stillgate.fingerprint.account.AccountProfile;
import dev.stillgate.fingerprint.account.AccountTable;
import dev.stillgate.fingerprint.account.RoundAccounts;
import dev.stillgate.fingerprint.analysis.Analyst;
import dev.stillgate.fingerprint.signal.SharedKey;
import dev.stillgate.fingerprint.signal.Signal;
import dev.stillgate.fingerprint.signal.Trait;
import dev.stillgate.fingerprint.standing.AccountStanding;
import dev.stillgate.fingerprint.standing.Join;
import dev.stillgate.fingerprint.standing.Label;
import dev.stillgate.fingerprint.standing.OrderKeys;
import dev.stillgate.fingerprint.standing.Pin;
import dev.stillgate.fingerprint.standing.StandingHistory;
import dev.stillgate.fingerprint.text.Elicitation;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.orders.Order;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Page of one account: its standing with reasons, and the traits in which it is compared with others. */
final class AccountReport {
    private static final double MIN_SHARE = 0.01;
    private static final int MAX_CHANGES = 100;

    private final Analyst analyst;

    AccountReport(Analyst analyst) {
        this.analyst = analyst;
    }

    /** Returns the page, null for an unknown account. */
    @Nullable
    Map<String, Object> of(String id) {
        int accountIndex = analyst.table().index().find(id);
        List<StandingHistory.Event> history =
                new StandingHistory(analyst.ladder(), analyst.orders(), List.of(id)).of(id);
        Map<String, Object> pending = OrderValues.pending(analyst, OrderKeys.ofAccount(id));
        if (accountIndex == AccountIndex.NONE && !analyst.ladder().knows(id) && history.isEmpty() && pending == null) {
            return null;
        }
        Map<String, Object> page = new LinkedHashMap<>();
        AccountStanding entry = analyst.ladder().find(id);
        standing(page, id, entry == null ? new AccountStanding() : entry, history);
        PageValues.add(page, "pending", pending);
        if (accountIndex != AccountIndex.NONE) {
            traffic(page, accountIndex);
        }
        List<String> samples = analyst.samples().of(id);
        if (!samples.isEmpty()) {
            page.put("samples", samples);
        }
        return page;
    }

    private void standing(
            Map<String, Object> page, String id, AccountStanding entry, List<StandingHistory.Event> history) {
        Standing standing = analyst.ladder().standing(id);
        Pin pin = analyst.ladder().pin(id);
        Label label = analyst.ladder().label(id);
        page.put("standing", PageValues.name(standing));
        page.put("evidence", PageValues.rounded(entry.evidence));
        Join join = analyst.ladder().join(id);
        page.put("cluster", join != null ? join.cluster() : entry.cluster == null ? "" : entry.cluster);
        page.put("reasons", entry.reasons);
        if (standing != Standing.CLEAR) {
            page.put("since", since(history));
            page.put("expires", PageValues.time(expires(entry, pin, join)));
        }
        if (pin != null) {
            Map<String, Object> pinned = OrderValues.shown(pin);
            pinned.put("insteadOf", PageValues.name(entry.earned));
            page.put("pinned", pinned);
        }
        if (label != null) {
            Map<String, Object> shown = OrderValues.shown(label);
            shown.put("cluster", label.cluster());
            page.put("label", shown);
        }
        PageValues.add(page, "join", join == null ? null : JoinReport.shown(join));
        page.put("changes", shown(history));
    }

    private long expires(AccountStanding entry, @Nullable Pin pin, @Nullable Join join) {
        Order joined = join == null ? null : analyst.ladder().orders().record(join);
        return pin != null
                ? pin.order().until()
                : joined != null
                        ? joined.until()
                        : entry.confirmed + analyst.settings().expireAfter().toMillis();
    }

    private static List<Map<String, Object>> shown(List<StandingHistory.Event> history) {
        List<Map<String, Object>> shown = new ArrayList<>();
        AccountStanding.Change last = new AccountStanding.Change(0, Standing.CLEAR, 0, null, List.of());
        for (StandingHistory.Event event : history) {
            last = event.evidence() == null ? last : event.evidence();
            shown.add(shown(event, last));
        }
        return shown.subList(Math.max(0, shown.size() - MAX_CHANGES), shown.size());
    }

    private static Map<String, Object> shown(StandingHistory.Event event, AccountStanding.Change evidence) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("at", PageValues.time(event.at()));
        shown.put("standing", PageValues.name(event.standing()));
        shown.put("evidence", evidence.evidence());
        shown.put("cluster", evidence.cluster());
        shown.put("reasons", evidence.reasons());
        Order order = event.order();
        if (order != null) {
            Map<String, Object> given = new LinkedHashMap<>();
            given.put("what", OrderValues.what(order));
            given.put("subject", order.subject());
            given.putAll(OrderValues.shown(order));
            shown.put(event.ended() ? "ended" : "order", given);
        }
        return shown;
    }

    /** Returns when the standing in force began, null if that is unknown. */
    static @Nullable Instant since(List<StandingHistory.Event> history) {
        StandingHistory.Event began = null;
        for (StandingHistory.Event event : history) {
            began = began != null && began.standing() == event.standing() ? began : event;
        }
        return began == null ? null : PageValues.time(began.at());
    }

    private void traffic(Map<String, Object> page, int accountIndex) {
        AccountTable table = analyst.table();
        AccountProfile profile = table.profile(accountIndex);
        page.put("organisation", table.organisation(accountIndex));
        page.put("firstSeen", PageValues.time(1000L * table.firstSecond(accountIndex)));
        page.put("lastSeen", PageValues.time(1000L * table.lastSecond(accountIndex)));
        page.put("exchanges", PageValues.rounded(profile.exchanges()));
        page.put("daysActive", PageValues.rounded(profile.activeDays()));
        page.put("compared", profile.exchanges() >= RoundAccounts.LEAST_EXCHANGES);
        if (profile.isJudged()) {
            page.put("refusedByProvider", PageValues.rounded(profile.declined()));
        }
        page.put("asksFor", asksFor(profile));
        page.put("shares", shares(profile));
        page.put("signals", signals(profile));
        page.put("people", analyst.registrations().people().count(accountIndex));
        List<String> decoys = analyst.registrations().linkedByDecoy(accountIndex);
        boolean isDecoy = analyst.registrations().isDecoy(accountIndex);
        if (isDecoy || !decoys.isEmpty()) {
            page.put(isDecoy ? "decoyUsers" : "decoys", decoys);
        }
        page.put("campaigns", JoinEvidence.of(analyst.joins(), accountIndex));
    }

    private static Map<String, Double> asksFor(AccountProfile profile) {
        Map<String, Double> elicitations = new LinkedHashMap<>();
        for (Elicitation elicitation : Elicitation.values()) {
            double share = profile.elicited(elicitation);
            if (share >= MIN_SHARE) {
                elicitations.put(PageValues.name(elicitation), PageValues.rounded(share));
            }
        }
        return elicitations;
    }

    /** Returns the values by which the account may be compared with others. */
    private static Map<String, List<String>> shares(AccountProfile profile) {
        Map<String, List<String>> shares = new LinkedHashMap<>();
        for (SharedKey kind : SharedKey.values()) {
            int[] values = profile.keys(kind);
            if (values.length > 0) {
                shares.put(
                        PageValues.name(kind),
                        Arrays.stream(values).mapToObj(PageValues::hex).toList());
            }
        }
        return shares;
    }

    private Map<String, Map<String, Double>> signals(AccountProfile profile) {
        Map<String, Map<String, Double>> signals = new LinkedHashMap<>();
        for (Signal signal : analyst.settings().signals()) {
            Map<String, Double> traits = new LinkedHashMap<>();
            for (Trait trait : signal.traits()) {
                traits.put(trait.name(), PageValues.rounded(trait.of().applyAsDouble(profile)));
            }
            if (!traits.isEmpty()) {
                signals.put(signal.name(), traits);
            }
        }
        return signals;
    }
}
