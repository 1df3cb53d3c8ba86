package dev.stillgate.canary;

import dev.stillgate.canary.key.CanaryKey;
import dev.stillgate.canary.key.ClassSheet;
import dev.stillgate.canary.key.MasterSecret;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The keys in use, by name and table. A key can be used once its commitment is on disk: who asks for a new one is told to
 * wait, and the keyring commits to it in the background.
 */
final class Keyring {
    /** The most keys that are kept; more clusters than that in an epoch are not marked. */
    static final int MOST = 10_000;

    private final Witness witness;
    private final Map<String, Entry> entries = new ConcurrentHashMap<>();
    private final Queue<Entry> uncommitted = new ConcurrentLinkedQueue<>();

    Keyring(Witness witness) {
        this.witness = witness;
    }

    /** A key with what was done with it. */
    static final class Entry {
        final CanaryKey key;
        final ClassSheet sheet;
        final LongAdder answers = new LongAdder();
        final LongAdder sites = new LongAdder();

        /** The index of its commitment in the ledger, below 0 while there is none. */
        volatile long leaf = Witness.NOT_COMMITTED;

        private Entry(CanaryKey key, ClassSheet sheet) {
            this.key = key;
            this.sheet = sheet;
        }
    }

    /** Returns a key that may be used, null while it may not. Any thread. */
    @Nullable
    Entry find(MasterSecret master, String name, ClassSheet sheet) {
        String id = name + ' ' + HexFormat.of().formatHex(sheet.digest(), 0, 8);
        Entry entry = entries.get(id);
        if (entry == null) {
            if (entries.size() >= MOST) {
                return null;
            }
            Entry made = new Entry(CanaryKey.derive(master, name, sheet), sheet);
            entry = entries.putIfAbsent(id, made);
            if (entry == null) {
                entry = made;
                if (witness.keeps()) {
                    uncommitted.add(entry);
                } else {
                    entry.leaf = Witness.NO_LEDGER;
                }
            }
        }
        return entry.leaf == Witness.NOT_COMMITTED ? null : entry;
    }

    /** Commits to the keys that wait for it. In the background. */
    void commit() {
        for (Entry next = uncommitted.peek(); next != null; next = uncommitted.peek()) {
            long leaf = witness.commit(next.key, next.sheet.digest());
            if (leaf == Witness.NOT_COMMITTED) {
                return; // the disk does not take it; it is tried again
            }
            next.leaf = leaf;
            uncommitted.remove();
        }
    }

    /** Forgets keys that are none of this epoch's, so that the next one's find room. */
    void keepOnly(String epoch) {
        entries.values().removeIf(entry -> !entry.key.name().endsWith('/' + epoch));
    }

    List<Entry> all() {
        return new ArrayList<>(entries.values());
    }
}
