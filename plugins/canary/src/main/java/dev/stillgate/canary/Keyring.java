package dev.stillgate.canary;

import dev.stillgate.canary.key.CanaryKey;
import dev.stillgate.canary.key.EpochSecret;
import dev.stillgate.canary.key.KeyDeriver;
import dev.stillgate.canary.key.KeyNames;
import dev.stillgate.canary.ledger.Ledger;
import dev.stillgate.canary.ledger.tree.Hash;
import dev.stillgate.spi.Background;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The keys in use, by name and deriver. A new key is derived and committed in the background, and is usable once its
 * commitment is on disk. The secret of its epoch, and for a stratum the global key, are committed before it.
 * Thread-safe.
 */
final class Keyring {
    /** Limit on keys; clusters beyond it are not marked. */
    static final int MAX_KEYS = 10_000;

    private static final Hash NO_TABLE = Hash.of(new byte[Hash.LENGTH]);

    private final OptionalLedger ledger;
    private final Map<String, Entry> entries = new ConcurrentHashMap<>();
    private final Set<Ledger.NewKey> secrets = ConcurrentHashMap.newKeySet();
    private final Queue<Waiting> uncommitted = new ConcurrentLinkedQueue<>();

    Keyring(OptionalLedger ledger) {
        this.ledger = ledger;
    }

    /** A commitment to write, and the key that waits for it, if any. */
    private record Waiting(
            Ledger.NewKey commitment, @Nullable Entry entry) {}

    /** A key and counts of what was marked under it. */
    static final class Entry implements Treatment {
        final String name;
        final LongAdder answers = new LongAdder();
        final LongAdder sites = new LongAdder();
        private final KeyDeriver deriver;
        private volatile @Nullable CanaryKey key;

        /** The index of the commitment in the ledger, or one of the negative constants of {@link OptionalLedger}. */
        volatile long leaf = OptionalLedger.NOT_COMMITTED;

        private Entry(String name, KeyDeriver deriver) {
            this.name = name;
            this.deriver = deriver;
        }

        /** Returns whether the key is derived and committed. */
        boolean isUsable() {
            return leaf != OptionalLedger.NOT_COMMITTED;
        }

        /** Returns the key; only for usable entries. */
        CanaryKey key() {
            return Objects.requireNonNull(key);
        }

        /** Returns whether the key was derived for the class table of a deriver. */
        boolean fits(KeyDeriver other) {
            return deriver == other
                    || Arrays.equals(tableDigest(), other.sheet().digest());
        }

        private byte[] tableDigest() {
            return deriver.sheet().digest();
        }
    }

    /**
     * Returns the entry of a key, which is not {@linkplain Entry#isUsable usable} until the background has derived and
     * committed it; null if {@value #MAX_KEYS} other keys are in use.
     */
    @Nullable
    Entry find(KeyDeriver deriver, String name, Background background) {
        String id = id(name, deriver);
        Entry known = entries.get(id);
        if (known != null || entries.size() >= MAX_KEYS) {
            return known;
        }
        Entry made = new Entry(name, deriver);
        known = entries.putIfAbsent(id, made);
        if (known != null) {
            return known;
        }
        if (!background.soon(() -> derive(made))) {
            entries.remove(id, made); // the next request tries again
            return null;
        }
        return made;
    }

    private static String id(String name, KeyDeriver deriver) {
        return name + ' ' + deriver.id();
    }

    /** Derives a key; too slow for an event loop. Runs in the background, one key after the other. */
    private void derive(Entry entry) {
        CanaryKey key = entry.deriver.key(entry.name);
        commitSecret(entry.deriver.secret(KeyNames.epoch(entry.name)));
        CanaryKey global = key.global();
        if (global != null) {
            String id = id(global.name(), entry.deriver);
            if (!entries.containsKey(id)) {
                Entry first = new Entry(global.name(), entry.deriver);
                entries.put(id, first);
                derived(first, global);
            }
        }
        derived(entry, key);
    }

    private void derived(Entry entry, CanaryKey key) {
        entry.key = key;
        if (ledger.isConfigured()) {
            Hash commitment = Hash.of(key.commitment());
            uncommitted.add(
                    new Waiting(new Ledger.NewKey(entry.name, commitment, Hash.of(entry.tableDigest())), entry));
        } else {
            entry.leaf = OptionalLedger.NO_LEDGER;
        }
    }

    /** Queues the commitment to an epoch's secret, unless that was done before. */
    void commitSecret(EpochSecret secret) {
        Ledger.NewKey commitment = commitment(secret);
        if (ledger.isConfigured() && secrets.add(commitment)) {
            uncommitted.add(new Waiting(commitment, null));
        }
    }

    /** Returns the ledger's entry for an epoch's secret. */
    static Ledger.NewKey commitment(EpochSecret secret) {
        return new Ledger.NewKey(secret.name(), Hash.of(secret.commitment()), NO_TABLE);
    }

    /** Commits all waiting keys and secrets with one write, in the order in which they came. Runs in the background. */
    void commit() {
        List<Waiting> waiting = new ArrayList<>(uncommitted);
        if (waiting.isEmpty()) {
            return;
        }
        long[] leaves = ledger.commit(waiting.stream().map(Waiting::commitment).toList());
        if (leaves == null) {
            return; // not written; the next run retries
        }
        for (int i = 0; i < leaves.length; i++) {
            Entry entry = waiting.get(i).entry();
            if (entry != null) {
                entry.leaf = leaves[i];
            }
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
