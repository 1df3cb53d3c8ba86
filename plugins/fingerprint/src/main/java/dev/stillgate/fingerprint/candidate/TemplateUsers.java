package dev.stillgate.fingerprint.candidate;

import dev.stillgate.fingerprint.account.FrequentValues;
import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.signal.SharedKey;
import dev.stillgate.fingerprint.space.Cohort;
import dev.stillgate.fingerprint.space.Cohorts;
import dev.stillgate.fingerprint.text.PromptFeatures;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Map from a template's hash to the accounts that used it. A few uses among many requests count, so rotating templates
 * or hiding them among other requests does not help. Bounded: the least recently used templates are evicted. Not
 * thread-safe.
 */
public final class TemplateUsers {
    private static final List<SharedKey> KEYS =
            List.of(SharedKey.SYSTEM, SharedKey.TOOLS, SharedKey.OPENING, SharedKey.SYSTEM_LIKE);
    private static final int MAX_TEMPLATES = 1 << 16;
    private static final int MAX_SLOTS = 1 << 21;

    /** Capacity for users of one template. */
    private static final int MAX_USERS = 1000;

    /** Least number of conversations that an account began with the template. */
    private static final int MIN_USES = 2;

    private final Map<Long, Users> users = new LinkedHashMap<>(16, 0.75f, true);
    private int slots;

    /** Users of one template, in an open-addressing table of account index + 1. */
    private static final class Users {
        private int[] accountIndexes = new int[4];
        private byte[] uses = new byte[4];
        private byte[] lastVariant = new byte[4];
        private int size;

        /**
         * Counts a use; returns the number of slots by which the table grew.
         *
         * @param variant hash of the variant in use: a repeated variant does not count, 0 always counts
         */
        int use(int accountIndex, byte variant) {
            int slot = slot(accountIndex + 1);
            if (accountIndexes[slot] != 0) {
                if (variant == 0 || variant != lastVariant[slot]) {
                    uses[slot] = (byte) Math.min(uses[slot] + 1, Byte.MAX_VALUE);
                    lastVariant[slot] = variant;
                }
                return 0;
            }
            if (size >= MAX_USERS) {
                return 0;
            }
            accountIndexes[slot] = accountIndex + 1;
            uses[slot] = 1;
            lastVariant[slot] = variant;
            size++;
            return size > accountIndexes.length / 2 ? grow() : 0;
        }

        private int slot(int key) {
            int slot = (key * 0x9e3779b1) >>> 1 & (accountIndexes.length - 1);
            while (accountIndexes[slot] != 0 && accountIndexes[slot] != key) {
                slot = slot + 1 & (accountIndexes.length - 1);
            }
            return slot;
        }

        private int grow() {
            int[] old = accountIndexes;
            byte[] oldUses = uses;
            byte[] oldLastVariant = lastVariant;
            accountIndexes = new int[old.length * 2];
            uses = new byte[old.length * 2];
            lastVariant = new byte[old.length * 2];
            for (int i = 0; i < old.length; i++) {
                if (old[i] != 0) {
                    int slot = slot(old[i]);
                    accountIndexes[slot] = old[i];
                    uses[slot] = oldUses[i];
                    lastVariant[slot] = oldLastVariant[i];
                }
            }
            return old.length;
        }

        int[] frequentUsers() {
            int[] frequentUsers = new int[size];
            int count = 0;
            for (int i = 0; i < accountIndexes.length; i++) {
                if (uses[i] >= MIN_USES) {
                    frequentUsers[count++] = accountIndexes[i] - 1;
                }
            }
            Arrays.sort(frequentUsers, 0, count);
            return Arrays.copyOf(frequentUsers, count);
        }
    }

    /** Records a prompt that begins a conversation. */
    public void observe(int accountIndex, Observation seen, PromptFeatures prompt) {
        for (int keyIndex = 0; keyIndex < KEYS.size(); keyIndex++) {
            int value = FrequentValues.valueOf(KEYS.get(keyIndex), seen, prompt);
            if (value != 0) {
                Users templateUsers = users.computeIfAbsent((long) keyIndex << Integer.SIZE | value, absent -> {
                    slots += 4;
                    return new Users();
                });
                boolean isSystemLike = KEYS.get(keyIndex) == SharedKey.SYSTEM_LIKE;
                slots += templateUsers.use(accountIndex, isSystemLike ? (byte) (prompt.system >>> 8 | 1) : 0);
            }
        }
        Iterator<Users> oldest = users.values().iterator();
        while (users.size() > MAX_TEMPLATES || slots > MAX_SLOTS) {
            slots -= oldest.next().accountIndexes.length;
            oldest.remove();
        }
    }

    /** Returns the templates that enough accounts used repeatedly, with account indexes as members. */
    public List<Cohort> shared() {
        List<Cohort> shared = new ArrayList<>();
        users.forEach((key, templateUsers) -> {
            if (templateUsers.size >= Cohorts.MIN_SIZE) {
                int[] frequentUsers = templateUsers.frequentUsers();
                if (frequentUsers.length >= Cohorts.MIN_SIZE) {
                    shared.add(new Cohort(KEYS.get((int) (key >>> Integer.SIZE)), (int) (long) key, frequentUsers));
                }
            }
        });
        return shared;
    }

    /** Forgets accounts whose indexes may be reused. */
    public void forget(int... accountIndexes) {
        int[] forgotten = accountIndexes.clone();
        Arrays.sort(forgotten);
        for (Users templateUsers : users.values()) {
            for (int i = 0; i < templateUsers.accountIndexes.length; i++) {
                if (templateUsers.accountIndexes[i] != 0
                        && Arrays.binarySearch(forgotten, templateUsers.accountIndexes[i] - 1) >= 0) {
                    templateUsers.uses[i] = 0; // tombstone: the slot stays occupied for the probe sequence
                }
            }
        }
    }
}
