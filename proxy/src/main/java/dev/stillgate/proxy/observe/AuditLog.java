package dev.stillgate.proxy.observe;

import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Iterator;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The audit log, with one timestamped JSON object per line, written by its own thread. A single event is written when
 * {@link #note} returns. Several events at once are queued in blocks, at most 64 MiB in total; lines beyond that are
 * dropped and counted. Strings are cut after 1,024 characters, except the
 * arguments of an action, which are at most a request's body of 64 KiB.
 */
public final class AuditLog implements Audit, AutoCloseable {
    static final int LONGEST = 1024;
    private static final int QUEUE = 8192;
    private static final int BLOCK = 64 * 1024;

    private final LogFile file;
    private final LongSupplier millis;

    /**
     * Opens the log.
     *
     * @param path the file to append to, null for standard output
     * @param millis the clock, in milliseconds since the epoch
     * @throws java.io.UncheckedIOException if the file cannot be opened
     */
    public AuditLog(@Nullable Path path, LongSupplier millis) {
        this.file = new LogFile("audit log", path, QUEUE, 0);
        this.millis = millis;
    }

    @Override
    public boolean note(String type, Map<String, ? extends @Nullable Object> facts) {
        LineBuffer line = new LineBuffer(new byte[512]);
        append(line, type, facts);
        return file.write(line.bytes(), line.length(), 1);
    }

    @Override
    public void noteAll(String type, Stream<? extends Map<String, ? extends @Nullable Object>> all) {
        LineBuffer block = new LineBuffer(new byte[BLOCK]);
        int lines = 0;
        Iterator<? extends Map<String, ? extends @Nullable Object>> each = all.iterator();
        while (each.hasNext()) {
            append(block, type, each.next());
            lines++;
            if (block.length() > BLOCK - BLOCK / 8) {
                file.take(block.bytes(), block.length(), lines);
                block = new LineBuffer(new byte[BLOCK]);
                lines = 0;
            }
        }
        if (lines > 0) {
            file.take(block.bytes(), block.length(), lines);
        }
    }

    private void append(LineBuffer line, String type, Map<String, ? extends @Nullable Object> facts) {
        line.open();
        Instant now = Instant.ofEpochMilli(millis.getAsLong()).truncatedTo(ChronoUnit.MILLIS);
        line.field("time", now.toString());
        line.field("type", type);
        facts.forEach((name, value) -> {
            if (value instanceof Long || value instanceof Integer) {
                line.field(name, ((Number) value).longValue());
            } else if (value != null) {
                line.field(name, name.equals("arguments") ? value.toString() : cut(value.toString()));
            }
        });
        line.close();
    }

    private static String cut(String text) {
        return text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
    }

    /** Reopens the file before the next write, after a rotation. */
    public void reopen() {
        file.reopen();
    }

    /** Returns the number of lines dropped since the start. */
    public long dropped() {
        return file.dropped();
    }

    /** Returns the number of lines written since the start. */
    public long written() {
        return file.written();
    }

    /** Writes the queued lines and closes the file. */
    @Override
    public void close() {
        file.close();
    }
}
