package dev.stillgate.canary;

import dev.stillgate.canary.key.KeyNames;
import dev.stillgate.canary.ledger.CommittedKey;
import dev.stillgate.spi.AdminView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The filter's part of a cluster's dossier: state of the ledger, and each key of the cluster with the marked answers
 * that testify under it, those of earlier epochs and runs too.
 *
 * @param state state of the filter
 */
record DossierView(CanaryState state) implements AdminView {
    private static final int MAX_KEYS = 100;

    /** Returns the part, null for a cluster without a key. */
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
        if (keys.isEmpty()) {
            return null;
        }
        Collections.reverse(keys);
        Map<String, Object> ledger = new LinkedHashMap<>(state.ledger().show());
        ledger.put("keys", keys.subList(0, Math.min(MAX_KEYS, keys.size())));
        return Map.of("ledger", ledger);
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
