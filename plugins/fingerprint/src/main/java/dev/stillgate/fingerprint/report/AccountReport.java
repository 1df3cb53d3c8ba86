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
import dev.stillgate.fingerprint.text.Elicitation;
import dev.stillgate.spi.Standing;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The page of one account: where it stands and why, and what of it is compared with others. */
final class AccountReport {
    private static final double WORTH_TELLING = 0.01;

    private final Analyst analyst;

    AccountReport(Analyst analyst) {
        this.analyst = analyst;
    }

    /** Returns the page, null when nothing is known of the account. */
    @Nullable
    Map<String, Object> of(String id) {
        int number = analyst.table().index().find(id);
        AccountStanding rank = analyst.ladder().find(id);
        if (number == AccountIndex.NONE && rank == null) {
            return null;
        }
        Map<String, Object> page = new LinkedHashMap<>();
        standing(page, rank == null ? new AccountStanding() : rank);
        if (number != AccountIndex.NONE) {
            behaviour(page, number);
        }
        List<String> samples = analyst.samples().of(id);
        if (!samples.isEmpty()) {
            page.put("samples", samples);
        }
        return page;
    }

    private void standing(Map<String, Object> page, AccountStanding rank) {
        page.put("standing", Reports.name(rank.standing()));
        page.put("evidence", Reports.rounded(rank.evidence));
        page.put("cluster", rank.cluster == null ? "" : rank.cluster);
        page.put("reasons", rank.reasons);
        if (rank.standing() != Standing.CLEAR) {
            page.put("since", since(rank));
            long earnedUntil = rank.confirmed + analyst.settings().expireAfter().toMillis();
            page.put("expires", Reports.time(rank.pinned != null ? rank.pinnedUntil : earnedUntil));
        }
        if (rank.pinned != null) {
            Map<String, Object> pinned = new LinkedHashMap<>();
            pinned.put("standing", Reports.name(rank.pinned));
            pinned.put("until", Reports.time(rank.pinnedUntil));
            pinned.put("why", rank.pinnedWhy);
            pinned.put("insteadOf", Reports.name(rank.earned));
            page.put("pinned", pinned);
        }
        if (rank.quota != null && rank.standing().reaches(Standing.TIGHTENED)) {
            page.put("dailyQuota", rank.quota.limit());
        }
        page.put("changes", rank.changes.stream().map(AccountReport::shown).toList());
    }

    private static Map<String, Object> shown(AccountStanding.Change change) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("at", Reports.time(change.at()));
        shown.put("standing", Reports.name(change.standing()));
        shown.put("evidence", change.evidence());
        shown.put("cluster", change.cluster());
        shown.put("reasons", change.reasons());
        return shown;
    }

    private static @Nullable Instant since(AccountStanding rank) {
        return rank.changes.isEmpty()
                ? null
                : Reports.time(rank.changes.getLast().at());
    }

    private void behaviour(Map<String, Object> page, int number) {
        AccountTable table = analyst.table();
        AccountProfile profile = table.profile(number);
        page.put("organisation", table.organisation(number));
        page.put("firstSeen", Reports.time(1000L * table.firstSecond(number)));
        page.put("lastSeen", Reports.time(1000L * table.lastSecond(number)));
        page.put("exchanges", Reports.rounded(profile.exchanges()));
        page.put("daysActive", Reports.rounded(profile.activeDays()));
        page.put("compared", profile.exchanges() >= RoundAccounts.LEAST_EXCHANGES);
        page.put("asksFor", asksFor(profile));
        page.put("shares", shares(profile));
        page.put("signals", signals(profile));
    }

    private static Map<String, Double> asksFor(AccountProfile profile) {
        Map<String, Double> wares = new LinkedHashMap<>();
        for (Elicitation ware : Elicitation.values()) {
            double share = profile.elicited(ware);
            if (share >= WORTH_TELLING) {
                wares.put(Reports.name(ware), Reports.rounded(share));
            }
        }
        return wares;
    }

    /** Returns what it may have in common with others: the values that stand for the account. */
    private static Map<String, List<String>> shares(AccountProfile profile) {
        Map<String, List<String>> shares = new LinkedHashMap<>();
        for (SharedKey kind : SharedKey.values()) {
            int first = profile.key(kind, false);
            int second = profile.key(kind, true);
            if (kind != SharedKey.WARE && (first != 0 || second != 0)) {
                shares.put(
                        Reports.name(kind),
                        first == 0
                                ? List.of(Reports.hex(second))
                                : second == 0
                                        ? List.of(Reports.hex(first))
                                        : List.of(Reports.hex(first), Reports.hex(second)));
            }
        }
        return shares;
    }

    private Map<String, Map<String, Double>> signals(AccountProfile profile) {
        Map<String, Map<String, Double>> signals = new LinkedHashMap<>();
        for (Signal signal : analyst.settings().signals()) {
            Map<String, Double> traits = new LinkedHashMap<>();
            for (Trait trait : signal.traits()) {
                traits.put(trait.name(), Reports.rounded(trait.of().applyAsDouble(profile)));
            }
            if (signal.name().equals(ClaimedClient.NAME)) {
                traits.put("disguised", Reports.rounded(profile.disguised()));
            }
            if (!traits.isEmpty()) {
                signals.put(signal.name(), traits);
            }
        }
        return signals;
    }
}
