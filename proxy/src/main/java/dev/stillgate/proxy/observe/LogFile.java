package dev.stillgate.proxy.observe;

import dev.stillgate.proxy.files.AppendFile;
import dev.stillgate.proxy.files.FileFault;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A log file written by its own thread from a bounded queue of blocks of complete lines. If the disk is slow, blocks
 * are dropped and their lines counted, so that writers never wait. Thread-safe.
 */
final class LogFile implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LogFile.class);
    private static final Block STOP = new Block(new byte[0], 0, 0, null);
    /** Standard output without {@link System#out}, which hides failures. Never closed. */
    private static final OutputStream STANDARD_OUTPUT = new FileOutputStream(FileDescriptor.out);

    private static final long LAST_SECONDS = 5;
    private static final long PATIENCE_SECONDS = 5;
    /** Most bytes in the queue. */
    private static final long MOST_WAITING = 64 << 20;

    private final ArrayBlockingQueue<Block> full;
    private final ArrayBlockingQueue<byte[]> spare;
    private final AtomicLong waiting = new AtomicLong();
    private final LongAdder dropped = new LongAdder();
    private final LongAdder written = new LongAdder();
    private final String name;
    private final @Nullable Path path;
    private final int recycled;
    private final Thread thread;
    private volatile boolean reopen;

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Block(
            byte[] bytes, int length, int lines, @Nullable CompletableFuture<Boolean> done) {}

    /**
     * Opens the file and starts its thread.
     *
     * @param name name of the thread, used in messages
     * @param path the file, opened for appending; null for standard output
     * @param room most blocks in the queue
     * @param recycled size of the blocks that are reused after writing; 0 for none
     * @throws UncheckedIOException if the file cannot be opened
     */
    LogFile(String name, @Nullable Path path, int room, int recycled) {
        this.name = name;
        this.path = path;
        this.recycled = recycled;
        this.full = new ArrayBlockingQueue<>(room);
        this.spare = new ArrayBlockingQueue<>(room);
        AppendFile out = open();
        thread = Thread.ofPlatform().name(name.replace(' ', '-')).daemon().start(() -> write(out));
    }

    /** Returns the opened file, null for standard output. */
    private @Nullable AppendFile open() {
        try {
            return path == null ? null : AppendFile.open(path);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot open the " + name + " " + path + ": " + FileFault.reason(e), e);
        }
    }

    /**
     * Queues a block of complete lines, and takes ownership of it; returns false and counts the lines if the queue is
     * full.
     */
    boolean take(byte[] bytes, int length, int lines) {
        boolean taken =
                waiting.get() + bytes.length <= MOST_WAITING && full.offer(new Block(bytes, length, lines, null));
        if (taken) {
            waiting.addAndGet(bytes.length);
        } else {
            dropped.add(lines);
        }
        return taken;
    }

    /**
     * Writes a block of complete lines and waits for it, for a few seconds at most. Returns whether it was written within
     * that time.
     */
    boolean write(byte[] bytes, int length, int lines) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        try {
            if (!thread.isAlive()
                    || !full.offer(new Block(bytes, length, lines, done), PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                dropped.add(lines);
                return false;
            }
            waiting.addAndGet(bytes.length);
            return done.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException slow) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Returns a written block for reuse, or null. */
    byte @Nullable [] spare() {
        return spare.poll();
    }

    /** Reopens the file before the next write, for log rotation. */
    void reopen() {
        reopen = true;
    }

    /** Returns how many lines were dropped since the start. */
    long dropped() {
        return dropped.sum();
    }

    /** Returns how many lines were written since the start. */
    long written() {
        return written.sum();
    }

    private void write(@Nullable AppendFile first) {
        AppendFile out = first;
        boolean failing = false;
        try {
            for (Block block = full.take(); block.bytes.length > 0; block = full.take()) {
                if (reopen) {
                    reopen = false;
                    out = reopened(out);
                }
                boolean isWritten = false;
                try {
                    if (out == null) {
                        STANDARD_OUTPUT.write(block.bytes, 0, block.length);
                    } else {
                        out.write(block.bytes, block.length);
                    }
                    written.add(block.lines);
                    failing = false;
                    isWritten = true;
                } catch (IOException e) {
                    dropped.add(block.lines);
                    if (!failing) { // once per outage
                        LOG.warn("the {} cannot be written: {}", name, e.toString());
                    }
                    failing = true;
                } finally {
                    waiting.addAndGet(-block.bytes.length);
                    if (block.done != null) {
                        block.done.complete(isWritten);
                    }
                }
                if (block.bytes.length == recycled) {
                    spare.offer(block.bytes);
                }
            }
            if (out != null) {
                out.close();
            }
        } catch (InterruptedException | IOException e) {
            LOG.warn("the {} ended: {}", name, e.toString());
        }
    }

    private @Nullable AppendFile reopened(@Nullable AppendFile old) {
        if (old == null) {
            return null;
        }
        try {
            AppendFile fresh = open();
            old.close();
            return fresh;
        } catch (UncheckedIOException | IOException e) {
            LOG.warn("the {} cannot be reopened: {}", name, e.toString());
            return old;
        }
    }

    /** Writes the queued blocks and stops; waits for a few seconds at most. */
    @Override
    public void close() {
        try {
            if (full.offer(STOP, LAST_SECONDS, TimeUnit.SECONDS)) {
                thread.join(TimeUnit.SECONDS.toMillis(LAST_SECONDS));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
