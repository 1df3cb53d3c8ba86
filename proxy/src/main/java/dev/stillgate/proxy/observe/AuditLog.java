package dev.stillgate.proxy.observe;

import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The audit log: a JSON object a line for whatever was done to the gateway and whatever it decided about an account, with the
 * time at which it was noted. A thread of its own writes; 8,192 lines wait for it at most, what finds no room is dropped and
 * counted, and a text is cut after 1,024 characters.
 */
public final class AuditLog implements Audit, AutoCloseable {
    static final int LONGEST = 1024;
    private static final int ROOM = 8192;

    private final LogFile file;
    private final LongSupplier millis;

    /**
     * A log that is written to a file, or to standard output.
     *
     * @param path the file, which is appended to; null for standard output
     * @param millis tells the time in milliseconds of the epoch
     * @throws java.io.UncheckedIOException when it cannot be opened
     */
    public AuditLog(@Nullable Path path, LongSupplier millis) {
        this.file = new LogFile("audit log", path, ROOM, 0);
        this.millis = millis;
    }

    @Override
    public void note(String type, Map<String, ? extends @Nullable Object> facts) {
        LineBuffer line = new LineBuffer(new byte[512]);
        line.open();
        Instant now = Instant.ofEpochMilli(millis.getAsLong()).truncatedTo(ChronoUnit.MILLIS);
        line.field("time", now.toString());
        line.field("type", type);
        facts.forEach((name, value) -> {
            if (value instanceof Long || value instanceof Integer) {
                line.field(name, ((Number) value).longValue());
            } else if (value != null) {
                line.field(name, cut(value.toString()));
            }
        });
        line.close();
        file.take(line.bytes(), line.length(), 1);
    }

    private static String cut(String text) {
        return text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
    }

    /** Opens the file anew before the next write, so that a rotated file can be let go. */
    public void reopen() {
        file.reopen();
    }

    /** Returns how many lines were dropped since the start. */
    public long dropped() {
        return file.dropped();
    }

    /** Returns how many lines were written since the start. */
    public long written() {
        return file.written();
    }

    /** Writes out what was noted and ends. */
    @Override
    public void close() {
        file.close();
    }
}
