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
 * Which accounts use a template, however small a part of what they ask it is: an actor who turns a few templates about, or
 * hides them among other requests, still gives the same ones to all accounts. Those used longest ago are forgotten when there
 * is no room. One thread only.
 */
public final class TemplateUsers {
    private static final List<SharedKey> KINDS =
            List.of(SharedKey.SYSTEM, SharedKey.TOOLS, SharedKey.OPENING, SharedKey.SYSTEM_LIKE);
    private static final int MOST = 1 << 16;
    private static final int MOST_SEATS = 1 << 21;

    /** Up to how many accounts a template's are kept. */
    private static final int MOST_USERS = 1000;

    /** How often an account must have begun with it. */
    private static final int LEAST_USES = 2;

    private final Map<Long, Users> users = new LinkedHashMap<>(16, 0.75f, true);
    private int seats;

    /** The accounts of one template, in a table that is searched from an account's place on; 0 is none. */
    private static final class Users {
        private int[] accounts = new int[4];
        private byte[] uses = new byte[4];
        private byte[] last = new byte[4];
        private int size;

        /**
         * Counts a use; returns by how many places the table has grown.
         *
         * @param what what was used: the same again does not count, 0 always does
         */
        int use(int account, byte what) {
            int place = place(account + 1);
            if (accounts[place] != 0) {
                if (what == 0 || what != last[place]) {
                    uses[place] = (byte) Math.min(uses[place] + 1, Byte.MAX_VALUE);
                    last[place] = what;
                }
                return 0;
            }
            if (size >= MOST_USERS) {
                return 0;
            }
            accounts[place] = account + 1;
            uses[place] = 1;
            last[place] = what;
            size++;
            return size > accounts.length / 2 ? grow() : 0;
        }

        private int place(int key) {
            int place = (key * 0x9e3779b1) >>> 1 & (accounts.length - 1);
            while (accounts[place] != 0 && accounts[place] != key) {
                place = place + 1 & (accounts.length - 1);
            }
            return place;
        }

        private int grow() {
            int[] old = accounts;
            byte[] oldUses = uses;
            byte[] oldLast = last;
            accounts = new int[old.length * 2];
            uses = new byte[old.length * 2];
            last = new byte[old.length * 2];
            for (int i = 0; i < old.length; i++) {
                if (old[i] != 0) {
                    int place = place(old[i]);
                    accounts[place] = old[i];
                    uses[place] = oldUses[i];
                    last[place] = oldLast[i];
                }
            }
            return old.length;
        }

        int[] often() {
            int[] often = new int[size];
            int count = 0;
            for (int i = 0; i < accounts.length; i++) {
                if (uses[i] >= LEAST_USES) {
                    often[count++] = accounts[i] - 1;
                }
            }
            Arrays.sort(often, 0, count);
            return Arrays.copyOf(often, count);
        }
    }

    /** Takes a prompt that begins a conversation. */
    public void observe(int account, Observation seen, PromptFeatures prompt) {
        for (int kind = 0; kind < KINDS.size(); kind++) {
            int value = FrequentValues.valueOf(KINDS.get(kind), seen, prompt);
            if (value != 0) {
                Users of = users.computeIfAbsent((long) kind << Integer.SIZE | value, absent -> {
                    seats += 4;
                    return new Users();
                });
                boolean asOthers = KINDS.get(kind) == SharedKey.SYSTEM_LIKE;
                seats += of.use(account, asOthers ? (byte) (prompt.system >>> 8 | 1) : 0);
            }
        }
        Iterator<Users> oldest = users.values().iterator();
        while (users.size() > MOST || seats > MOST_SEATS) {
            seats -= oldest.next().accounts.length;
            oldest.remove();
        }
    }

    /** Returns the templates that enough accounts have used more than once, with their numbers, ascending. */
    public List<Cohort> shared() {
        List<Cohort> shared = new ArrayList<>();
        users.forEach((key, of) -> {
            if (of.size >= Cohorts.FEWEST) {
                int[] often = of.often();
                if (often.length >= Cohorts.FEWEST) {
                    shared.add(new Cohort(KINDS.get((int) (key >>> Integer.SIZE)), (int) (long) key, often));
                }
            }
        });
        return shared;
    }

    /** Forgets accounts whose numbers may become another's. */
    public void forget(int... accounts) {
        int[] gone = accounts.clone();
        Arrays.sort(gone);
        for (Users of : users.values()) {
            for (int i = 0; i < of.accounts.length; i++) {
                if (of.accounts[i] != 0 && Arrays.binarySearch(gone, of.accounts[i] - 1) >= 0) {
                    of.uses[i] = 0; // its place is kept, so that the search goes on behind it
                }
            }
        }
    }
}
