package dev.stillgate.canary;

import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;

/** How long a cluster keeps one key: a calendar period in UTC, so that all gateways change keys together. */
public enum Epoch {
    MONTH(1) {
        @Override
        String label(YearMonth first) {
            return first.toString();
        }
    },
    QUARTER(3) {
        @Override
        String label(YearMonth first) {
            return first.getYear() + "-Q" + (first.getMonthValue() + 2) / 3;
        }
    },
    YEAR(12) {
        @Override
        String label(YearMonth first) {
            return Integer.toString(first.getYear());
        }
    };

    private final int months;

    Epoch(int months) {
        this.months = months;
    }

    abstract String label(YearMonth first);

    /**
     * One epoch.
     *
     * @param name such as {@code 2026-Q4}
     * @param last its last month
     * @param from its first millisecond since the Unix epoch
     * @param until the first millisecond after it
     */
    record Span(String name, YearMonth last, long from, long until) {
        boolean contains(long millis) {
            return millis >= from && millis < until;
        }
    }

    /** Returns the epoch at a time, in milliseconds since the Unix epoch. */
    Span at(long millis) {
        YearMonth month = YearMonth.from(Instant.ofEpochMilli(millis).atOffset(ZoneOffset.UTC));
        YearMonth first = month.minusMonths((month.getMonthValue() - 1) % months);
        YearMonth next = first.plusMonths(months);
        return new Span(label(first), next.minusMonths(1), millis(first), millis(next));
    }

    /** Returns the first millisecond of a month. */
    static long millis(YearMonth month) {
        return month.atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant().toEpochMilli();
    }
}
