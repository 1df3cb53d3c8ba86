package dev.stillgate.proxy.cli;

import dev.stillgate.proxy.backtest.Backtest;
import java.io.PrintStream;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/** Progress of a backtest: a bar that is redrawn on a terminal, or a line every ten seconds elsewhere. */
final class ProgressBar implements Backtest.Progress {
    private static final int EVERY = 256;
    private static final int WIDTH = 30;
    private static final long SECOND = 1_000_000_000L;
    private static final long REDRAW_INTERVAL = SECOND / 4;
    private static final long LINE_INTERVAL = 10 * SECOND;
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm").withZone(ZoneOffset.UTC);

    private final PrintStream err;
    private final boolean terminal;
    private final long interval;
    private final LongSupplier nanos;
    private final long start;
    private long drawn;
    private boolean open;

    /** @param everySecond whether lines are printed every second instead of every ten; for output to a file or pipe */
    ProgressBar(PrintStream err, boolean terminal, boolean everySecond, LongSupplier nanos) {
        this.err = err;
        this.terminal = terminal;
        this.interval = terminal ? REDRAW_INTERVAL : everySecond ? SECOND : LINE_INTERVAL;
        this.nanos = nanos;
        this.start = nanos.getAsLong();
        this.drawn = start;
    }

    @Override
    public void at(long exchanges, long millis, DoubleSupplier part) {
        if (exchanges % EVERY != 0) {
            return;
        }
        long now = nanos.getAsLong();
        if (now - drawn < interval) {
            return;
        }
        drawn = now;
        double share = part.getAsDouble();
        String text = String.format(
                Locale.ROOT,
                "%5.1f %%  %,d exchanges  %,.0f/s  %s",
                share * 100,
                exchanges,
                rate(exchanges, now),
                DATE.format(Instant.ofEpochMilli(millis)));
        if (terminal) {
            int full = (int) Math.round(share * WIDTH);
            err.print("\r[" + "#".repeat(full) + ".".repeat(WIDTH - full) + "] " + text + "  ");
            err.flush();
            open = true;
        } else {
            err.println(text);
        }
    }

    /** Prints the total time and the rate. */
    void end(long exchanges) {
        long now = nanos.getAsLong();
        err.printf(
                Locale.ROOT,
                "%s%,d exchanges in %.1f s, %,.0f/s%n",
                open ? "\n" : "",
                exchanges,
                (now - start) / (double) SECOND,
                rate(exchanges, now));
    }

    private double rate(long exchanges, long now) {
        return exchanges * (double) SECOND / Math.max(1, now - start);
    }
}
