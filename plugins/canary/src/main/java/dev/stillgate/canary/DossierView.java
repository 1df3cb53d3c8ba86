package dev.stillgate.canary;

import dev.stillgate.canary.key.KeyNames;
import dev.stillgate.canary.ledger.CommittedKey;
import dev.stillgate.canary.proof.SavedAudit;
import dev.stillgate.canary.proof.SavedAudits;
import dev.stillgate.spi.AdminView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The filter's part of a cluster's dossier: state of the ledger, and each key of the cluster with the marked responses
 * that testify under it, those of earlier epochs and runs too; and the saved audits of these keys.
 *
 * @param state state of the filter
 * @param audits the saved audits, null if the gateway keeps no state
 */
record DossierView(CanaryState state, @Nullable SavedAudits audits) implements AdminView {
    private static final int MAX_KEYS = 100;
    private static final int MAX_TESTS = 100;

    /** Returns the part, null for a cluster with neither a key nor an audit. */
    @Override
    public @Nullable Object of(String id) {
        String prefix = KeyNames.ofGroup(id, "");
        List<Map<String, Object>> keys = new ArrayList<>();
        for (CommittedKey key : state.ledger().committed(name -> isOfEpoch(name, prefix))) {
            keys.add(committed(key));
        }
        for (Keyring.Entry entry : state.keyring().all()) {
            if (entry.leaf < 0 && isOfEpoch(entry.name, prefix)) {
                keys.add(uncommitted(entry));
            }
        }
        List<Map<String, Object>> tests = tests(prefix);
        if (keys.isEmpty() && tests.isEmpty()) {
            return null;
        }
        Collections.reverse(keys);
        Map<String, Object> ledger = new LinkedHashMap<>(state.ledger().show());
        ledger.put("keys", keys.subList(0, Math.min(MAX_KEYS, keys.size())));
        ledger.put("tests", tests);
        return Map.of("ledger", ledger);
    }

    /** Returns the audits of the keys with a prefix and an epoch, the newest first. */
    private List<Map<String, Object>> tests(String prefix) {
        List<Map<String, Object>> tests = new ArrayList<>();
        for (SavedAudit audit : audits == null ? List.<SavedAudit>of() : audits.all()) {
            for (SavedAudit.Outcome outcome : audit.outcomes()) {
                if (tests.size() < MAX_TESTS && isOfEpoch(outcome.key(), prefix)) {
                    tests.add(test(audit, outcome));
                }
            }
        }
        return tests;
    }

    private static Map<String, Object> test(SavedAudit audit, SavedAudit.Outcome outcome) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("at", audit.at());
        shown.put("suspect", audit.suspect());
        shown.put("key", outcome.key());
        shown.put("p", outcome.p());
        shown.put("log10p", outcome.log10p());
        shown.put("result", outcome.finding());
        shown.put("committed", outcome.committed());
        shown.put("preregistered", audit.preregistered());
        shown.put("keys", audit.keys());
        shown.put("answers", audit.answers());
        return shown;
    }

    /** Returns whether a name consists of a prefix and an epoch. */
    private static boolean isOfEpoch(String name, String prefix) {
        return name.startsWith(prefix) && name.indexOf('/', prefix.length()) < 0;
    }

    private static Map<String, Object> committed(CommittedKey key) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("key", key.name());
        shown.put("committed", true);
        shown.put("leaf", key.index());
        shown.put("since", Instant.ofEpochMilli(key.millis()));
        shown.put("answers", key.answers());
        shown.put("sites", key.sites());
        return shown;
    }

    private static Map<String, Object> uncommitted(Keyring.Entry entry) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("key", entry.name);
        shown.put("committed", false);
        shown.put("answers", entry.answers.sum());
        shown.put("sites", entry.sites.sum());
        return shown;
    }
}
