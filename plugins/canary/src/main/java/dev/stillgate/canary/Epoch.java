package dev.stillgate.canary;

import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Locale;

/** How long a cluster has one key: calendar time in UTC, so that all gateways change keys together. */
public enum Epoch {
    MONTH {
        @Override
        String label(YearMonth month) {
            return month.toString();
        }
    },
    QUARTER {
        @Override
        String label(YearMonth month) {
            return String.format(Locale.ROOT, "%d-Q%d", month.getYear(), (month.getMonthValue() + 2) / 3);
        }
    },
    YEAR {
        @Override
        String label(YearMonth month) {
            return Integer.toString(month.getYear());
        }
    };

    abstract String label(YearMonth month);

    /** Returns the name of the epoch that a time falls into, in milliseconds since 1970. */
    String at(long millis) {
        return label(YearMonth.from(Instant.ofEpochMilli(millis).atOffset(ZoneOffset.UTC)));
    }
}
