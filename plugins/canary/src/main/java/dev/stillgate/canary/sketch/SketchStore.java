package dev.stillgate.canary.sketch;

import dev.stillgate.canary.ledger.file.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The sketches of one gateway: a bounded queue in memory, and files in a directory that belongs to one process. Sketches
 * are added without blocking and written in batches by {@link #flush}; a crash loses those that were not flushed.
 * Thread-safe.
 */
public final class SketchStore implements AutoCloseable {
    /** Name of the directory of sketches, beside the ledger's. */
    public static final String DIRECTORY = "sketches";

    /** Limit on the sketches that wait for the disk. */
    static final int QUEUE = 1 << 16;

    /** Limit on the records of a file. */
    static final int FILE_RECORDS = 1 << 16;

    /** Files into which the bound is divided at least, so that little is lost when the oldest is deleted. */
    private static final int LEAST_FILES = 8;

    private final Path directory;
    private final Disk disk;
    private final Consumer<String> log;
    private final Queue<Entry> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final LongAdder lost = new LongAdder();

    /** Records on disk by number of the file, erased ones included; guarded by this. */
    private final TreeMap<Integer, Long> files = new TreeMap<>();

    private @Nullable SketchAppender tail;
    private boolean opened;
    private boolean failed;
    private volatile long size;

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Entry(String account, int seconds, long key, long[] values) {}

    /**
     * Creates a store, which reads its directory at the first flush.
     *
     * @param log receives lines for the operator
     */
    public SketchStore(Path directory, Consumer<String> log) {
        this(directory, log, Disk.system());
    }

    SketchStore(Path directory, Consumer<String> log, Disk disk) {
        this.directory = directory;
        this.log = log;
        this.disk = disk;
    }

    /**
     * Adds the sketch of a delivered response. Never blocks. Counted as lost if the queue is full.
     *
     * @param account the account's id, at most 128 characters without control characters
     * @param millis time of the response, in milliseconds since the Unix epoch
     */
    public void add(String account, long millis, SketchKey key, Sketch sketch) {
        if (account.length() > AccountNames.MAX_ID || waiting.get() >= QUEUE) {
            lost.increment();
            return;
        }
        waiting.incrementAndGet();
        queue.add(new Entry(account, (int) (millis / 1000), key.id(), sketch.values()));
    }

    /** Returns the file that names the erasures which the sketches have obeyed. */
    public Path applied() {
        return directory.resolve("erased");
    }

    /** Returns the number of records on disk, erased ones included. */
    public long size() {
        return size;
    }

    /** Returns the number of sketches that were not written: the queue was full, or the disk failed. */
    public long lost() {
        return lost.sum();
    }

    /**
     * Writes all waiting sketches, then deletes the oldest files until the bound holds. Blocks on the disk. After a
     * failure the waiting sketches are lost, and the next flush tries again.
     *
     * @param most bound on the records on disk; 0 deletes all
     */
    public synchronized void flush(long most) {
        try {
            open();
            int capacity = Math.clamp(most / LEAST_FILES, 1, FILE_RECORDS);
            for (List<Entry> batch = next(); !batch.isEmpty(); batch = next()) {
                write(batch, capacity);
            }
            shed(most);
            failed = false;
        } catch (IOException e) {
            if (!failed) {
                log.accept("sketches of answers are not kept: " + e);
            }
            failed = true;
            closeTail();
            opened = false;
            for (List<Entry> batch = next(); !batch.isEmpty(); batch = next()) {
                lost.add(batch.size());
            }
        }
    }

    /** Lists the files, removes names without sketches, and finishes erasures that a crash interrupted. */
    private void open() throws IOException {
        if (opened) {
            return;
        }
        files.clear();
        for (int number : SketchFormat.list(directory)) {
            long bytes = Files.size(SketchFormat.sketches(directory, number));
            files.put(number, Math.max(0, (bytes - SketchFormat.HEADER) / SketchFormat.RECORD));
        }
        if (Files.isDirectory(directory)) {
            removeOrphans();
            for (int number : files.keySet()) {
                zeroUnnamed(number, AccountNames.read(SketchFormat.names(directory, number)));
            }
        }
        count();
        opened = true;
    }

    private void removeOrphans() throws IOException {
        try (DirectoryStream<Path> names = Files.newDirectoryStream(directory, "accounts-*")) {
            for (Path file : names) {
                String number = String.valueOf(file.getFileName()).substring("accounts-".length());
                if (number.matches("\\d{6,9}") && !files.containsKey(Integer.parseInt(number))) {
                    Files.delete(file);
                }
            }
        }
    }

    private void count() {
        size = files.values().stream().mapToLong(Long::longValue).sum();
    }

    private List<Entry> next() {
        List<Entry> batch = new ArrayList<>();
        for (Entry entry = queue.poll(); entry != null; entry = queue.poll()) {
            waiting.decrementAndGet();
            batch.add(entry);
            if (batch.size() == SketchAppender.BATCH) {
                break;
            }
        }
        return batch;
    }

    private void write(List<Entry> batch, int capacity) throws IOException {
        int done = 0;
        try {
            while (done < batch.size()) {
                long key = batch.get(done).key();
                SketchAppender to = tail(key, capacity);
                int until = done;
                while (until < batch.size()
                        && to.room(capacity) > 0
                        && batch.get(until).key() == key) {
                    Entry entry = batch.get(until++);
                    to.put(entry.account(), entry.seconds(), entry.values());
                }
                to.write();
                files.put(to.number(), to.records());
                count();
                done = until;
            }
        } finally {
            lost.add(batch.size() - done);
        }
    }

    /** Returns a file under a key with room for at least one record. */
    private SketchAppender tail(long key, int capacity) throws IOException {
        SketchAppender open = tail;
        if (open == null && !files.isEmpty()) {
            open = SketchAppender.reopen(disk, directory, files.lastKey());
        }
        if (open == null || open.key() != key || open.room(capacity) <= 0) {
            if (open != null) {
                open.close();
            }
            tail = null;
            Files.createDirectories(directory);
            open = SketchAppender.begin(disk, directory, files.isEmpty() ? 0 : files.lastKey() + 1, key);
        }
        tail = open;
        return open;
    }

    private void shed(long most) throws IOException {
        while (size > most) {
            int oldest = files.firstKey();
            if (tail != null && tail.number() == oldest) {
                closeTail();
            }
            Files.deleteIfExists(SketchFormat.sketches(directory, oldest));
            Files.deleteIfExists(SketchFormat.names(directory, oldest));
            files.remove(oldest);
            count();
        }
    }

    /**
     * Erases accounts: first their ids in every file, then their records. Blocks on the disk. When it is interrupted, the
     * next call or opening finishes it.
     *
     * @return the number of records erased, waiting ones included
     * @throws IOException if the disk failed; repeat the call
     */
    public synchronized long erase(Predicate<String> isErased) throws IOException {
        long erased = 0;
        for (var entries = queue.iterator(); entries.hasNext(); ) {
            if (isErased.test(entries.next().account())) {
                entries.remove();
                waiting.decrementAndGet();
                erased++;
            }
        }
        closeTail();
        for (int number : SketchFormat.list(directory)) {
            Path file = SketchFormat.names(directory, number);
            AccountNames names = AccountNames.read(file);
            List<String> found = names.all().stream().filter(isErased).toList();
            if (!found.isEmpty()) {
                try (Disk.Output out = disk.open(file)) {
                    names.erase(out, found);
                }
            }
            erased += zeroUnnamed(number, names);
        }
        return erased;
    }

    /** Overwrites the records of accounts whose name was erased with zeros; returns their number. */
    private int zeroUnnamed(int number, AccountNames names) throws IOException {
        if (!names.hasUnnamed()) {
            return 0;
        }
        Path file = SketchFormat.sketches(directory, number);
        ByteBuffer record = ByteBuffer.allocate(SketchFormat.RECORD);
        int erased = 0;
        try (SketchReader in = new SketchReader(file);
                Disk.Output out = disk.open(file)) {
            for (int at = in.next(); at >= 0; at = in.next()) {
                if (names.id(SketchFormat.account(in.buffer(), at)) == null && !in.isErased(at)) {
                    Disk.writeWhole(out, record.clear(), in.offset(at));
                    erased++;
                }
            }
            if (erased > 0) {
                out.force();
            }
        }
        return erased;
    }

    private void closeTail() {
        if (tail != null) {
            tail.close();
            tail = null;
        }
    }

    /** Writes waiting sketches and closes the files. */
    @Override
    public synchronized void close() {
        flush(Long.MAX_VALUE);
        closeTail();
    }
}
