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
 * The audit log: a JSON object a line for whatever was done to the gateway and whatever it decided about an account, with the
 * time at which it was noted. A thread of its own writes. A single note is written when {@link #note} returns; many at once
 * are handed over in blocks, of which 64 MiB wait at most. Lines that find no room are dropped and counted. A text is cut
 * after 1,024 characters.
 */
public final class AuditLog implements Audit, AutoCloseable {
    static final int LONGEST = 1024;
    private static final int ROOM = 8192;
    private static final int BLOCK = 64 * 1024;

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
        append(line, type, facts);
        file.write(line.bytes(), line.length(), 1);
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
                line.field(name, cut(value.toString()));
            }
        });
        line.close();
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
