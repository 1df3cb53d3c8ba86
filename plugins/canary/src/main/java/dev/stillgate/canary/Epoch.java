package dev.stillgate.canary;

import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Locale;

/** How long a cluster keeps one key: a calendar period in UTC, so that all gateways change keys together. */
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

    /** Returns the name of the epoch at a time, in milliseconds since the Unix epoch. */
    String at(long millis) {
        return label(YearMonth.from(Instant.ofEpochMilli(millis).atOffset(ZoneOffset.UTC)));
    }
}
