package dev.stillgate.canary;

import dev.stillgate.canary.key.CanaryKey;
import dev.stillgate.canary.key.ClassSheet;
import dev.stillgate.canary.key.MasterSecret;
import dev.stillgate.canary.ledger.tree.Hash;
import dev.stillgate.canary.ledger.Ledger;
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
 * The keys in use, by name and table. A new key is derived and committed to in the background, and can be used once its
 * commitment is on disk; until then a request for it finds none. Thread-safe.
 */
final class Keyring {
    /** The most keys that are kept; more clusters than that in an epoch are not marked. */
    static final int MOST = 10_000;

    private final OptionalLedger witness;
    private final Map<String, Entry> entries = new ConcurrentHashMap<>();
    private final Queue<Entry> uncommitted = new ConcurrentLinkedQueue<>();

    Keyring(OptionalLedger witness) {
        this.witness = witness;
    }

    /** A key with its counts. */
    static final class Entry {
        final String name;
        final LongAdder answers = new LongAdder();
        final LongAdder sites = new LongAdder();
        private final ClassSheet sheet;
        private volatile @Nullable CanaryKey key;

        /** The index of its commitment in the ledger, below 0 while there is none. */
        volatile long leaf = OptionalLedger.NOT_COMMITTED;

        private Entry(String name, ClassSheet sheet) {
            this.name = name;
            this.sheet = sheet;
        }

        /** Returns the key of an entry that {@link Keyring#find} returned. */
        CanaryKey key() {
            return Objects.requireNonNull(key);
        }

        private Ledger.NewKey newKey() {
            return new Ledger.NewKey(name, Hash.of(key().commitment()), Hash.of(sheet.digest()));
        }
    }

    /** Returns a key that may be used, null while it may not. */
    @Nullable
    Entry find(MasterSecret master, String name, ClassSheet sheet, Background background) {
        String id = name + ' ' + HexFormat.of().formatHex(sheet.digest(), 0, 8);
        Entry entry = entries.get(id);
        if (entry == null) {
            if (entries.size() >= MOST) {
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

    /** Derives a key, which takes too long for an event loop. */
    private void derive(Entry entry, MasterSecret master) {
        entry.key = CanaryKey.derive(master, entry.name, entry.sheet);
        if (witness.keeps()) {
            uncommitted.add(entry);
        } else {
            entry.leaf = OptionalLedger.NO_LEDGER;
        }
    }

    /** Commits to all keys that wait for it, with one wait for the disk. In the background. */
    void commit() {
        List<Entry> waiting = new ArrayList<>(uncommitted);
        if (waiting.isEmpty()) {
            return;
        }
        long[] leaves = witness.commit(waiting.stream().map(Entry::newKey).toList());
        if (leaves == null) {
            return; // the disk does not take them; it is tried again
        }
        for (int i = 0; i < leaves.length; i++) {
            waiting.get(i).leaf = leaves[i];
            uncommitted.remove();
        }
    }

    /** Forgets keys of other epochs, so that the next epoch's find room. */
    void keepOnly(String epoch) {
        entries.values().removeIf(entry -> !entry.name.endsWith('/' + epoch));
    }

    List<Entry> all() {
        return new ArrayList<>(entries.values());
    }
}
