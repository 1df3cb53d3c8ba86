package dev.stillgate.canary.sketch;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Search for the accounts that were served a leaked text. The shingles of the text are held in memory and the sketch
 * files are read three times: to learn which values belong to several accounts, to find the response that covers each
 * passage best, and to name. An account is named if the text contains enough values of one of its sketches that belong
 * to no other account. They must spread over some passage, which no other account's response covers much better. Reads
 * files in use. Not thread-safe.
 */
public final class AccountTrace {
    /** Words over which the equal values spread at least, so that one common sentence names no account. */
    static final int SPREAD = 20;

    /** Words between equal values of one passage at most. */
    private static final int GAP = 120;

    /** Factor by which another answer has more equal values if it covers a passage much better. */
    private static final double MUCH = 1.5;

    /** Words of a block, the unit in which passages are covered. */
    private static final int BLOCK = 8;

    private static final int MAX_ACCOUNTS = 10_000;
    private static final int MAX_TEXTS = 10_000;
    private static final int MAX_ALIKE = 100;

    private final SketchKey key;
    private final List<Path> directories;
    private final LeakedShingles leaked = new LeakedShingles();
    private final int[] slots = new int[Sketch.BUCKETS];
    private final int[] places = new int[Sketch.BUCKETS];
    private int least;

    /** For each block of the text, most equal values of a sketch that covers the block, and the sketch's owner. */
    private byte[] best = new byte[0];

    private long[] bestOwner = new long[0];
    private long sketches;
    private long compared;
    private long damaged;
    private int foreign;

    private final Map<String, AccountReport.Named> named = new LinkedHashMap<>();
    private final Map<List<Long>, Text> texts = new LinkedHashMap<>();
    private long similar;

    /** A response whose values several accounts share. */
    private static final class Text {
        private final Set<String> accounts = new LinkedHashSet<>();
        private final int values;
        private long more;
        private long records;

        Text(int values) {
            this.values = values;
        }
    }

    /** Receives a sketch with values in the text, whose slots are in {@link #slots}. */
    private interface Visitor {
        void sketch(SketchFile file, int record, String account, long owner);
    }

    /**
     * Creates a search.
     *
     * @param directories the sketches of all gateways
     */
    public AccountTrace(SketchKey key, List<Path> directories) {
        this.key = key;
        this.directories = List.copyOf(directories);
    }

    /** Adds a leaked text. Those beyond the limit on shingles are ignored. */
    public void read(CharSequence text) {
        read("", text);
    }

    /** Adds a leaked text without the shingles of its prompt, which every answer to that prompt may repeat. */
    public void read(CharSequence prompt, CharSequence text) {
        Set<Long> repeated = new HashSet<>();
        ShingleReader asked = ShingleReader.ofLeaked(key, (hash, end) -> repeated.add(hash));
        asked.read(prompt);
        asked.end();
        ShingleReader reader = ShingleReader.ofLeaked(key, (hash, end) -> {
            if (!repeated.contains(hash)) {
                leaked.shingle(hash, end);
            }
        });
        reader.read(text);
        reader.end();
        leaked.next();
    }

    /**
     * Reads the sketches. To be called once.
     *
     * @throws IOException if a file cannot be read; damaged ones are counted
     */
    public AccountReport report() throws IOException {
        visit((file, record, account, owner) -> claim(owner));
        compared = sketches;
        least = AccountReport.least(compared, leaked.size());
        best = new byte[leaked.words() / BLOCK + 1];
        bestOwner = new long[best.length];
        visit((file, record, account, owner) -> cover(owner));
        visit(this::judge);
        return new AccountReport(
                named.values().stream()
                        .sorted(Comparator.comparingInt(AccountReport.Named::values)
                                .thenComparingLong(AccountReport.Named::answers)
                                .reversed())
                        .toList(),
                alike(),
                similar,
                least,
                chance(least),
                leaked.size(),
                leaked.isFull(),
                compared,
                foreign,
                damaged);
    }

    /** Notes the owner of each equal value. */
    private void claim(long owner) {
        for (int slot : slots) {
            if (slot >= 0) {
                leaked.own(slot, owner);
            }
        }
    }

    /** Notes the passages that a sketch covers. */
    private void cover(long owner) {
        int own = place(owner);
        if (own < least || !isSpread(own)) {
            return;
        }
        for (int i = 0; i < own; i++) {
            boolean goesOn = i + 1 < own && places[i + 1] - places[i] <= GAP;
            int to = goesOn ? places[i + 1] : places[i] + SPREAD;
            for (int block = Math.max(0, places[i] - SPREAD) / BLOCK; block <= to / BLOCK; block++) {
                if (block < best.length && best[block] < own) {
                    best[block] = (byte) own;
                    bestOwner[block] = owner;
                }
            }
        }
    }

    /** Removes the places of a passage that another account's response covers much better; returns how many remain. */
    private int uncovered(int own, long owner) {
        int kept = 0;
        for (int i = 0; i < own; i++) {
            int block = places[i] / BLOCK;
            if (bestOwner[block] == owner || best[block] <= MUCH * own) {
                places[kept++] = places[i];
            }
        }
        return kept;
    }

    private double chance(int values) {
        return AccountReport.log10Chance(compared, leaked.size(), values);
    }

    private void visit(Visitor visitor) throws IOException {
        sketches = 0;
        damaged = 0;
        foreign = 0;
        for (Path directory : directories) {
            for (int number : SketchFile.list(directory, "sketches-")) {
                try {
                    visit(directory, number, visitor);
                } catch (NoSuchFileException e) {
                    // deleted by the gateway meanwhile, as the oldest one
                }
            }
        }
    }

    private void visit(Path directory, int number, Visitor visitor) throws IOException {
        SketchFile file = SketchFile.read(directory, number);
        if (!file.isReadable() || file.key() != key.id()) {
            foreign++;
            return;
        }
        Map<Long, String> accounts = new HashMap<>();
        SketchFile.ids(SketchFile.lines(directory, number)).forEach(id -> accounts.put(SketchFile.account(id), id));
        for (int record = 0; record < file.records(); record++) {
            String account = file.isValid(record) ? accounts.get(file.account(record)) : null;
            if (account == null) {
                damaged++;
                continue;
            }
            sketches++;
            int matches = 0;
            for (int i = 0; i < Sketch.BUCKETS; i++) {
                slots[i] = leaked.find(i, file.value(record, i));
                matches += slots[i] < 0 ? 0 : 1;
            }
            if (matches > 0) {
                visitor.sketch(file, record, account, owner(file.account(record)));
            }
        }
    }

    private void judge(SketchFile file, int record, String account, long owner) {
        int equal = place(LeakedShingles.SEVERAL);
        if (equal < least || !isSpread(equal)) {
            return;
        }
        int own = place(owner);
        own = uncovered(own, owner);
        if (own >= least && isSpread(own)) {
            long seconds = file.seconds(record);
            var found = new AccountReport.Named(account, own, chance(own), 1, seconds, seconds);
            if (named.size() < MAX_ACCOUNTS || named.containsKey(account)) {
                named.merge(account, found, AccountReport.Named::with);
            }
            return;
        }
        List<Long> values = new ArrayList<>();
        for (int i = 0; i < Sketch.BUCKETS; i++) {
            values.add(file.value(record, i));
        }
        if (texts.size() >= MAX_TEXTS && !texts.containsKey(values)) {
            similar++;
            return;
        }
        Text text = texts.computeIfAbsent(values, any -> new Text(equal));
        text.records++;
        if (text.accounts.size() < MAX_ALIKE) {
            text.accounts.add(account);
        } else if (!text.accounts.contains(account)) {
            text.more++;
        }
    }

    /**
     * Collects the places of equal values in {@link #places}, in order; returns their number.
     *
     * @param owner the account that alone has them, or {@link LeakedShingles#SEVERAL} for all
     */
    private int place(long owner) {
        int count = 0;
        for (int slot : slots) {
            if (slot >= 0 && (owner == LeakedShingles.SEVERAL || leaked.owner(slot) == owner)) {
                places[count++] = leaked.end(slot);
            }
        }
        Arrays.sort(places, 0, count);
        return count;
    }

    private boolean isSpread(int count) {
        return count > 0 && places[count - 1] - places[0] >= SPREAD;
    }

    private List<AccountReport.Alike> alike() {
        List<AccountReport.Alike> alike = new ArrayList<>();
        for (Text text : texts.values()) {
            if (text.accounts.size() > 1) {
                alike.add(new AccountReport.Alike(List.copyOf(text.accounts), text.more, text.values));
            } else {
                similar += text.records;
            }
        }
        alike.sort(Comparator.comparingInt(AccountReport.Alike::values).reversed());
        return alike;
    }

    /** Returns what stands for a hashed account as an owner. */
    private static long owner(long account) {
        return account == LeakedShingles.NONE || account == LeakedShingles.SEVERAL ? 1 : account;
    }
}
