package dev.stillgate.canary;

import dev.stillgate.canary.key.CanaryKey;
import dev.stillgate.canary.key.ClassSheet;
import dev.stillgate.canary.key.MasterSecret;
import dev.stillgate.canary.ledger.Ledger;
import dev.stillgate.canary.ledger.tree.Hash;
import dev.stillgate.spi.Background;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The keys in use, by name and class table. A new key is derived and committed in the background, and is available once
 * its commitment is on disk. Thread-safe.
 */
final class Keyring {
    /** Limit on keys; clusters beyond it are not marked. */
    static final int MAX_KEYS = 10_000;

    private final OptionalLedger ledger;
    private final Map<String, Entry> entries = new ConcurrentHashMap<>();
    private final Queue<Entry> uncommitted = new ConcurrentLinkedQueue<>();

    Keyring(OptionalLedger ledger) {
        this.ledger = ledger;
    }

    /** A key and counts of what was marked under it. */
    static final class Entry {
        final String name;
        final LongAdder answers = new LongAdder();
        final LongAdder sites = new LongAdder();
        private final ClassSheet sheet;
        private volatile @Nullable CanaryKey key;

        /** The index of the commitment in the ledger, or one of the negative constants of {@link OptionalLedger}. */
        volatile long leaf = OptionalLedger.NOT_COMMITTED;

        private Entry(String name, ClassSheet sheet) {
            this.name = name;
            this.sheet = sheet;
        }

        /** Returns the key; only for entries that {@link Keyring#find} returned. */
        CanaryKey key() {
            return Objects.requireNonNull(key);
        }

        private Ledger.NewKey newKey() {
            return new Ledger.NewKey(name, Hash.of(key().commitment()), Hash.of(sheet.digest()));
        }
    }

    /** Returns the entry of a key that may be used, or null while it is being derived and committed. */
    @Nullable
    Entry find(MasterSecret master, String name, ClassSheet sheet, Background background) {
        String id = name + ' ' + HexFormat.of().formatHex(sheet.digest(), 0, 8);
        Entry entry = entries.get(id);
        if (entry == null) {
            if (entries.size() >= MAX_KEYS) {
                return null;
            }
            Entry made = new Entry(name, sheet);
            entry = entries.putIfAbsent(id, made);
            if (entry == null) {
                entry = made;
                if (!background.soon(() -> derive(made, master))) {
                    entries.remove(id, made); // the next request tries again
                }
            }
        }
        return entry.leaf == OptionalLedger.NOT_COMMITTED ? null : entry;
    }

    /** Derives a key; too slow for an event loop. */
    private void derive(Entry entry, MasterSecret master) {
        entry.key = CanaryKey.derive(master, entry.name, entry.sheet);
        if (ledger.isConfigured()) {
            uncommitted.add(entry);
        } else {
            entry.leaf = OptionalLedger.NO_LEDGER;
        }
    }

    /** Commits all waiting keys with one write. Runs in the background. */
    void commit() {
        List<Entry> waiting = new ArrayList<>(uncommitted);
        if (waiting.isEmpty()) {
            return;
        }
        long[] leaves = ledger.commit(waiting.stream().map(Entry::newKey).toList());
        if (leaves == null) {
            return; // not written; the next run retries
        }
        for (int i = 0; i < leaves.length; i++) {
            waiting.get(i).leaf = leaves[i];
            uncommitted.remove();
        }
    }

    /** Removes keys of other epochs, to make space for those of the next. */
    void keepOnly(String epoch) {
        entries.values().removeIf(entry -> !entry.name.endsWith('/' + epoch));
    }

    List<Entry> all() {
        return new ArrayList<>(entries.values());
    }
}
