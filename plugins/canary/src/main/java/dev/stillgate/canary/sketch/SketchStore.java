package dev.stillgate.canary.sketch;

import dev.stillgate.canary.ledger.file.Disk;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
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

    /** Limit on the records of one write. */
    private static final int BATCH = 4096;

    private static final String SKETCHES = "sketches-";
    private static final String ACCOUNTS = "accounts-";

    /** Files into which the bound is divided at least, so that little is lost when the oldest is deleted. */
    private static final int LEAST_FILES = 8;

    private final Path directory;
    private final Disk disk;
    private final Consumer<String> log;
    private final Queue<Entry> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final LongAdder lost = new LongAdder();

    /** Records on disk by number of the file; guarded by this. */
    private final TreeMap<Integer, Long> files = new TreeMap<>();

    private @Nullable SketchAppender tail;
    private boolean opened;
    private boolean failed;
    private volatile long size;

    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Entry(String account, int seconds, long key, long[] values) {}

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
        if (account.length() > SketchFile.MAX_ID || waiting.get() >= QUEUE) {
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

    /** Returns the number of records on disk. */
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
            int capacity = Math.clamp(most / LEAST_FILES, 1, SketchFile.MAX_RECORDS);
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

    /**
     * Lists the files, and removes ids without sketches and the unfinished copies of an interrupted erasure.
     *
     * @throws IOException if there are files of another version, from which accounts could not be erased
     */
    private void open() throws IOException {
        if (opened) {
            return;
        }
        files.clear();
        for (int number : list()) {
            files.put(number, SketchFile.records(Files.size(SketchFile.sketches(directory, number))));
        }
        for (int number : SketchFile.list(directory, ACCOUNTS)) {
            if (!files.containsKey(number)) {
                Files.delete(SketchFile.accounts(directory, number));
            }
        }
        if (Files.isDirectory(directory)) {
            try (DirectoryStream<Path> copies = Files.newDirectoryStream(directory, "{sketches,accounts}-*.new")) {
                for (Path copy : copies) {
                    Files.delete(copy);
                }
            }
        }
        count();
        opened = true;
    }

    /** Lists the numbers of the files, oldest first, and refuses those of another version. */
    private NavigableSet<Integer> list() throws IOException {
        NavigableSet<Integer> numbers = SketchFile.list(directory, SKETCHES);
        for (int number : numbers) {
            int version = files.containsKey(number) ? 0 : SketchFile.version(directory, number);
            if (version != 0 && version != SketchFile.VERSION) {
                throw new IOException(SketchFile.sketches(directory, number) + ": of version " + version
                        + ", from which this Stillgate can erase no account: delete the directory, or move"
                        + " it to where the Stillgate that wrote it traces texts");
            }
        }
        return numbers;
    }

    private void count() {
        size = files.values().stream().mapToLong(Long::longValue).sum();
    }

    private List<Entry> next() {
        List<Entry> batch = new ArrayList<>();
        for (Entry entry = queue.poll(); entry != null; entry = queue.poll()) {
            waiting.decrementAndGet();
            batch.add(entry);
            if (batch.size() == BATCH) {
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
                int end = (int) Math.min(batch.size(), done + capacity - to.records());
                int until = done + 1;
                while (until < end && batch.get(until).key() == key) {
                    until++;
                }
                to.write(batch.subList(done, until));
                files.put(to.number, to.records());
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
        if (open == null || open.key != key || open.records() >= capacity) {
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
            if (tail != null && tail.number == oldest) {
                closeTail();
            }
            Files.deleteIfExists(SketchFile.sketches(directory, oldest));
            Files.deleteIfExists(SketchFile.accounts(directory, oldest));
            files.remove(oldest);
            count();
        }
    }

    /**
     * Erases accounts: replaces each file that has any by a copy without their records, then the ids beside it. Records of
     * which the id is missing or damaged go with them, since they may be of an erased account. Blocks on the disk. After a failure or crash repeat the call, which finds the ids that are left.
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
        opened = false;
        for (int number : list()) {
            erased += erase(number, isErased);
        }
        return erased;
    }

    private long erase(int number, Predicate<String> isErased) throws IOException {
        Set<String> ids = SketchFile.ids(SketchFile.lines(directory, number));
        Set<String> kept = ids.stream().filter(isErased.negate()).collect(Collectors.toSet());
        SketchFile file = SketchFile.read(directory, number);
        byte[] records = file.only(kept.stream().map(SketchFile::account).collect(Collectors.toSet()));
        long erased = file.records() - SketchFile.records(records.length);
        if (ids.isEmpty() || (erased == 0 && kept.size() == ids.size())) {
            return 0;
        }
        disk.replace(SketchFile.sketches(directory, number), records);
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        kept.forEach(id -> lines.writeBytes(SketchFile.line(id)));
        disk.replace(SketchFile.accounts(directory, number), lines.toByteArray());
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
