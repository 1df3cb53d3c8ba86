package dev.stillgate.fingerprint.report;

import dev.stillgate.fingerprint.account.AccountIndex;
import dev.stillgate.fingerprint.account.AccountProfile;
import dev.stillgate.fingerprint.account.AccountTable;
import dev.stillgate.fingerprint.account.RoundAccounts;
import dev.stillgate.fingerprint.analysis.Analyst;
import dev.stillgate.fingerprint.signal.ClaimedClient;
import dev.stillgate.fingerprint.signal.SharedKey;
import dev.stillgate.fingerprint.signal.Signal;
import dev.stillgate.fingerprint.signal.Trait;
import dev.stillgate.fingerprint.standing.AccountStanding;
import dev.stillgate.fingerprint.standing.Label;
import dev.stillgate.fingerprint.text.Elicitation;
import dev.stillgate.spi.Standing;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Page of one account: its standing with reasons, and the traits in which it is compared with others. */
final class AccountReport {
    private static final double MIN_SHARE = 0.01;

    private final Analyst analyst;

    AccountReport(Analyst analyst) {
        this.analyst = analyst;
    }

    /** Returns the page, null for an unknown account. */
    @Nullable
    Map<String, Object> of(String id) {
        int accountIndex = analyst.table().index().find(id);
        AccountStanding entry = analyst.ladder().find(id);
        if (accountIndex == AccountIndex.NONE && entry == null) {
            return null;
        }
        Map<String, Object> page = new LinkedHashMap<>();
        standing(page, entry == null ? new AccountStanding() : entry);
        if (accountIndex != AccountIndex.NONE) {
            traffic(page, accountIndex);
        }
        List<String> samples = analyst.samples().of(id);
        if (!samples.isEmpty()) {
            page.put("samples", samples);
        }
        return page;
    }

    private void standing(Map<String, Object> page, AccountStanding entry) {
        page.put("standing", PageValues.name(entry.standing()));
        page.put("evidence", PageValues.rounded(entry.evidence));
        page.put("cluster", entry.cluster == null ? "" : entry.cluster);
        page.put("reasons", entry.reasons);
        if (entry.standing() != Standing.CLEAR) {
            page.put("since", since(entry));
            long earnedUntil =
                    entry.confirmed + analyst.settings().expireAfter().toMillis();
            page.put("expires", PageValues.time(entry.pinned != null ? entry.pinnedUntil : earnedUntil));
        }
        if (entry.pinned != null) {
            Map<String, Object> pinned = new LinkedHashMap<>();
            pinned.put("standing", PageValues.name(entry.pinned));
            pinned.put("until", PageValues.time(entry.pinnedUntil));
            pinned.put("by", entry.pinnedBy);
            pinned.put("why", entry.pinnedWhy);
            pinned.put("insteadOf", PageValues.name(entry.earned));
            page.put("pinned", pinned);
        }
        if (entry.label != null) {
            page.put("label", shown(entry.label));
        }
        page.put("changes", entry.changes.stream().map(AccountReport::shown).toList());
    }

    private static Map<String, Object> shown(Label label) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("what", PageValues.name(label.kind()));
        shown.put("by", label.by());
        shown.put("why", label.why());
        shown.put("at", PageValues.time(label.at()));
        shown.put("until", PageValues.time(label.until()));
        shown.put("cluster", label.cluster());
        return shown;
    }

    private static Map<String, Object> shown(AccountStanding.Change change) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("at", PageValues.time(change.at()));
        shown.put("standing", PageValues.name(change.standing()));
        shown.put("evidence", change.evidence());
        shown.put("cluster", change.cluster());
        shown.put("reasons", change.reasons());
        return shown;
    }

    private static @Nullable Instant since(AccountStanding entry) {
        return entry.changes.isEmpty()
                ? null
                : PageValues.time(entry.changes.getLast().at());
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
        Object resemblance = new LikenessReport(analyst).resemblance(accountIndex);
        if (resemblance != null) {
            page.put("resembles", resemblance);
        }
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
            int first = profile.key(kind, false);
            int second = profile.key(kind, true);
            if (kind != SharedKey.WARE && (first != 0 || second != 0)) {
                shares.put(
                        PageValues.name(kind),
                        first == 0
                                ? List.of(PageValues.hex(second))
                                : second == 0
                                        ? List.of(PageValues.hex(first))
                                        : List.of(PageValues.hex(first), PageValues.hex(second)));
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
            if (signal.name().equals(ClaimedClient.NAME)) {
                traits.put("disguised", PageValues.rounded(profile.disguised()));
            }
            if (!traits.isEmpty()) {
                signals.put(signal.name(), traits);
            }
        }
        return signals;
    }
}
