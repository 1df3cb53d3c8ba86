package dev.stillgate.proxy.observe;

import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.ProviderVerdict;
import dev.stillgate.spi.Usage;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

/**
 * Requests and tokens of the heaviest accounts on one event loop, per minute, for the last {@link #MINUTES} minutes.
 * The number of accounts per minute is bounded. When it is reached, accounts outside the upper quarter by both requests
 * and tokens are removed, so a heavy account is counted from its first minute.
 */
public final class AccountCounts {
    /** Number of minutes kept, including the current one. */
    public static final int MINUTES = 5;

    /** Most accounts in a minute. */
    static final int MOST = 4096;

    private final Minute[] minutes = new Minute[MINUTES];

    /** Creates empty counts. */
    public AccountCounts() {
        Arrays.setAll(minutes, i -> new Minute());
    }

    /** Counts of one account. Not thread-safe. */
    public static final class Row {
        private long requests;
        private long refused;
        private long declined;
        private long inputTokens;
        private long outputTokens;

        public long requests() {
            return requests;
        }

        /** Returns the number of requests that the gateway refused. */
        public long refused() {
            return refused;
        }

        /** Returns the number of requests that the provider refused, or whose answer its filter cut. */
        public long declined() {
            return declined;
        }

        public long inputTokens() {
            return inputTokens;
        }

        public long outputTokens() {
            return outputTokens;
        }

        /** Returns the sum of input and output tokens. */
        public long tokens() {
            return inputTokens + outputTokens;
        }

        private void add(Row other) {
            requests += other.requests;
            refused += other.refused;
            declined += other.declined;
            inputTokens += other.inputTokens;
            outputTokens += other.outputTokens;
        }
    }

    private static final class Minute {
        private final Map<String, Row> rows = new HashMap<>();
        private long number = Long.MIN_VALUE;
        private boolean purged;

        /** Returns whether the minute is one of the last, counted back from a given one. */
        private boolean isWithin(long last) {
            return number > last - MINUTES && number <= last;
        }
    }

    /** Counts a finished exchange. */
    public synchronized void count(String account, Outcome outcome, ProviderVerdict verdict, long nanos) {
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
        row.declined += verdict.isRefused() ? 1 : 0;
        row.inputTokens += Math.max(0, usage.input());
        row.outputTokens += Math.max(0, usage.output());
    }

    /**
     * Adds the counts to sums by account.
     *
     * @return whether the counts are complete, without removed accounts
     */
    public synchronized boolean addTo(Map<String, Row> sums, long nanos) {
        long number = number(nanos);
        boolean whole = true;
        for (Minute minute : minutes) {
            if (minute.isWithin(number)) {
                minute.rows.forEach((account, row) ->
                        sums.computeIfAbsent(account, absent -> new Row()).add(row));
                whole &= !minute.purged;
            }
        }
        return whole;
    }

    /**
     * Adds the counts of one account to a sum.
     *
     * @return whether the account has any
     */
    public synchronized boolean addTo(Row sum, String account, long nanos) {
        long number = number(nanos);
        boolean found = false;
        for (Minute minute : minutes) {
            Row row = minute.isWithin(number) ? minute.rows.get(account) : null;
            if (row != null) {
                sum.add(row);
                found = true;
            }
        }
        return found;
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

    /** Returns the upper quartile of the accounts' counts. */
    private static long upperQuarter(Minute minute, ToLongFunction<Row> of) {
        long[] sorted = minute.rows.values().stream().mapToLong(of).sorted().toArray();
        return sorted[sorted.length - sorted.length / 4 - 1];
    }

    private static long number(long nanos) {
        return Math.floorDiv(nanos, TimeUnit.MINUTES.toNanos(1));
    }
}
