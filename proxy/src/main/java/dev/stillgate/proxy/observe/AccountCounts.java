package dev.stillgate.proxy.observe;

import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.Usage;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

/**
 * What accounts asked for on one event loop, minute by minute, for as long as {@link #MINUTES}. Of each minute a bounded
 * number of accounts is kept: when there is no room for another, those go that are among the upper quarter neither by
 * requests nor by tokens, so that whoever asks for much is counted from the first minute in which it does.
 */
public final class AccountCounts {
    /** How many minutes are kept, the one that has begun included. */
    public static final int MINUTES = 5;

    /** The most accounts of a minute. */
    static final int MOST = 4096;

    private final Minute[] minutes = new Minute[MINUTES];

    /** Nothing is counted yet. */
    public AccountCounts() {
        Arrays.setAll(minutes, i -> new Minute());
    }

    /** What one account did; not for two threads. */
    public static final class Row {
        private long requests;
        private long refused;
        private long inputTokens;
        private long outputTokens;

        public long requests() {
            return requests;
        }

        /** Returns how many requests the gateway refused. */
        public long refused() {
            return refused;
        }

        public long inputTokens() {
            return inputTokens;
        }

        public long outputTokens() {
            return outputTokens;
        }

        /** Returns input and output together. */
        public long tokens() {
            return inputTokens + outputTokens;
        }

        private void add(Row other) {
            requests += other.requests;
            refused += other.refused;
            inputTokens += other.inputTokens;
            outputTokens += other.outputTokens;
        }
    }

    private static final class Minute {
        private final Map<String, Row> rows = new HashMap<>();
        private long number = Long.MIN_VALUE;
        private boolean purged;
    }

    /** Counts an exchange that is over. */
    public synchronized void count(String account, Outcome outcome, long nanos) {
        long number = number(nanos);
        Minute minute = minutes[Math.floorMod(number, MINUTES)];
        if (minute.number != number) {
            minute.rows.clear();
            minute.number = number;
            minute.purged = false;
        }
        Row row = minute.rows.get(account);
        if (row == null) {
            if (minute.rows.size() == MOST) {
                purge(minute);
            }
            row = new Row();
            minute.rows.put(account, row);
        }
        Usage usage = outcome.usage();
        row.requests++;
        row.refused += outcome instanceof Outcome.Rejected ? 1 : 0;
        row.inputTokens += Math.max(0, usage.input());
        row.outputTokens += Math.max(0, usage.output());
    }

    /**
     * Adds what is kept to sums by account.
     *
     * @return whether nothing had to be let go of
     */
    public synchronized boolean addTo(Map<String, Row> sums, long nanos) {
        long number = number(nanos);
        boolean whole = true;
        for (Minute minute : minutes) {
            if (minute.number > number - MINUTES && minute.number <= number) {
                minute.rows.forEach((account, row) ->
                        sums.computeIfAbsent(account, absent -> new Row()).add(row));
                whole &= !minute.purged;
            }
        }
        return whole;
    }

    private static void purge(Minute minute) {
        long requests = upperQuarter(minute, Row::requests);
        long tokens = upperQuarter(minute, Row::tokens);
        int most = MOST / 2;
        for (Iterator<Row> rows = minute.rows.values().iterator(); rows.hasNext(); ) {
            Row row = rows.next();
            boolean much = row.requests > requests || row.tokens() > tokens;
            if (!much || most-- <= 0) {
                rows.remove();
            }
        }
        minute.purged = true;
    }

    /** Returns the number that at most a quarter of the accounts are above. */
    private static long upperQuarter(Minute minute, ToLongFunction<Row> of) {
        long[] sorted = minute.rows.values().stream().mapToLong(of).sorted().toArray();
        return sorted[sorted.length - sorted.length / 4 - 1];
    }

    private static long number(long nanos) {
        return Math.floorDiv(nanos, TimeUnit.MINUTES.toNanos(1));
    }
}
