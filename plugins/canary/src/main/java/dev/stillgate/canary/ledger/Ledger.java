package dev.stillgate.canary.ledger;

import dev.stillgate.spi.DirectoryLock;
import dev.stillgate.spi.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import dev.stillgate.canary.ledger.file.Disk;
import dev.stillgate.canary.ledger.file.Leaf;
import dev.stillgate.canary.ledger.file.LedgerException;
import dev.stillgate.canary.ledger.file.LedgerScan;
import dev.stillgate.canary.ledger.file.SegmentAppender;
import dev.stillgate.canary.ledger.file.SegmentFormat;
import dev.stillgate.canary.ledger.head.HeadFiles;
import dev.stillgate.canary.ledger.head.LedgerKeyFiles;
import dev.stillgate.canary.ledger.head.SignedHead;
import dev.stillgate.canary.ledger.head.SigningKey;
import dev.stillgate.canary.ledger.head.VerifierKey;
import dev.stillgate.canary.ledger.tree.Hash;
import org.jspecify.annotations.Nullable;

/**
 * The tamper-evident record of a gateway's keys and marked answers: an append-only RFC 6962 Merkle tree in a directory, its
 * heads signed. A leaf that is said to be on the disk survives a crash at any moment.
 */
public final class Ledger implements AutoCloseable {
    private static final String LOCK = "lock";
    private static final long COMMIT_SECONDS = 10;
    private static final Duration CLOSING = Duration.ofSeconds(10);

    private final DirectoryLock lock;
    private final VerifierKey key;
    private final LedgerWriter writer;
    private final Ticker ticker;
    private final Map<Long, Leaf.Commitment> keys;
    private final Map<NewKey, Long> leaves = new ConcurrentHashMap<>();

    private Ledger(
            DirectoryLock lock, VerifierKey key, LedgerWriter writer, Ticker ticker, Map<Long, Leaf.Commitment> keys) {
        this.lock = lock;
        this.key = key;
        this.writer = writer;
        this.ticker = ticker;
        this.keys = keys;
        keys.forEach((index, leaf) -> leaves.merge(new NewKey(leaf), index, Math::min));
    }

    /**
     * Opens the ledger in a directory, and makes it when there is none. All of it is read and checked; an unfinished write
     * at its end is cut off.
     *
     * @param log is told in a line of what an operator should know; from the thread that writes
     * @throws LedgerException when it is in use, damaged, of another version, or cannot be read or written
     */
    public static Ledger open(Path directory, LedgerOptions terms, Ticker ticker, Consumer<String> log)
            throws LedgerException {
        Ledger ledger = open(directory, terms, ticker, log, Disk.system(), SegmentFormat.LEVEL);
        ledger.start();
        return ledger;
    }

    /** Opens a ledger that writes when its writer is told to. */
    static Ledger open(Path directory, LedgerOptions terms, Ticker ticker, Consumer<String> log, Disk disk, int level)
            throws LedgerException {
        try {
            create(directory.toAbsolutePath(), disk);
            DirectoryLock lock = DirectoryLock.take(directory, LOCK);
            if (lock == null) {
                throw new LedgerException(
                        directory + ": this ledger is written by another gateway; give each its own directory");
            }
            boolean opened = false;
            try {
                Ledger ledger = locked(directory, terms, ticker, log, disk, level, lock);
                opened = true;
                return ledger;
            } finally {
                if (!opened) {
                    lock.close();
                }
            }
        } catch (LedgerException e) {
            throw e;
        } catch (IOException e) {
            throw new LedgerException(directory + ": cannot be read and written: " + e, e);
        }
    }

    /** Makes a directory whose entry in its parent is on the disk too. */
    private static void create(Path directory, Disk disk) throws IOException {
        Path parent = directory.getParent();
        if (parent != null && Files.notExists(directory)) {
            create(parent, disk);
            Files.createDirectories(directory);
            disk.forceDirectory(parent);
        }
    }

    private static Ledger locked(
            Path directory,
            LedgerOptions terms,
            Ticker ticker,
            Consumer<String> log,
            Disk disk,
            int level,
            DirectoryLock lock)
            throws IOException {
        SigningKey signing = LedgerKeyFiles.signing(directory, terms.origin(), terms.signingKey(), disk);
        SignedHead head = HeadFiles.latest(directory, signing.verifier());
        Map<Long, Leaf.Commitment> keys = new ConcurrentHashMap<>();
        LedgerScan scan = LedgerScan.of(directory, head == null ? 0 : head.head().size(), (index, leaf, after) -> {
            if (leaf instanceof Leaf.Commitment commitment) {
                keys.put(index, commitment);
            }
            if (head != null && index + 1 == head.head().size()) {
                HeadFiles.checkRoot(directory, head, after.root());
            }
        });
        SegmentAppender tail =
                new SegmentAppender(disk, directory, scan.level() < 0 ? level : scan.level(), scan.tailFirst(), scan.tailOffset());
        tail.open();
        if (scan.torn() > 0) {
            log.accept("the ledger's last " + scan.torn() + " bytes were an unfinished write and are cut off");
        }
        HeadFiles heads = new HeadFiles(disk, directory, signing, ticker);
        LedgerWriter writer =
                new LedgerWriter(terms, ticker, log, tail, heads, signing.messageIds(), scan.frontier(), head);
        return new Ledger(lock, signing.verifier(), writer, ticker, keys);
    }

    /**
     * A key to commit to.
     *
     * @param name of the key, 1 to 128 characters
     * @param commitment to the key
     * @param table the digest of the table of classes
     */
    public record NewKey(String name, Hash commitment, Hash table) {
        private NewKey(Leaf.Commitment leaf) {
            this(leaf.key(), leaf.commitment(), leaf.table());
        }
    }

    /** Commits to one key, as {@link #commit(List)} does. */
    public long commit(String name, Hash commitment, Hash table) throws LedgerException {
        return commit(List.of(new NewKey(name, commitment, table)))[0];
    }

    /**
     * Commits to keys, and returns when all of them are on the disk, after one wait; when they were before, at once. Not for
     * an event loop. Those that are on the disk after a failure are found by the next call.
     *
     * @return the indexes of the leaves, by which answers name the keys
     * @throws LedgerException when one is not on the disk within 10 s
     * @throws IllegalArgumentException for an invalid name
     */
    public synchronized long[] commit(List<NewKey> wanted) throws LedgerException {
        long millis = ticker.millis();
        List<Leaf.Commitment> missing = wanted.stream()
                .distinct()
                .filter(key -> !leaves.containsKey(key))
                .map(key -> new Leaf.Commitment(millis, key.name(), key.commitment(), key.table()))
                .toList();
        List<CompletableFuture<AppendResult>> results = new ArrayList<>();
        for (Leaf.Commitment leaf : missing) {
            CompletableFuture<AppendResult> result = new CompletableFuture<>();
            results.add(result);
            writer.append(ids -> leaf, written -> {
                if (written instanceof AppendResult.OnDisk(long index)) {
                    keys.put(index, leaf);
                    leaves.putIfAbsent(new NewKey(leaf), index);
                }
                result.complete(written);
            });
        }
        if (!missing.isEmpty()) {
            writer.turnByHand();
            await(missing, results);
        }
        return wanted.stream().mapToLong(key -> leaves.getOrDefault(key, -1L)).toArray();
    }

    private void await(List<Leaf.Commitment> missing, List<CompletableFuture<AppendResult>> results) throws LedgerException {
        String first = "key " + missing.getFirst().key();
        try {
            CompletableFuture.allOf(results.toArray(CompletableFuture[]::new)).get(COMMIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LedgerException(first + " is not committed: interrupted", e);
        } catch (TimeoutException | ExecutionException e) {
            throw new LedgerException(first + " is not committed: the disk does not answer", e);
        }
        for (int i = 0; i < results.size(); i++) {
            AppendResult result = results.get(i).join();
            if (!(result instanceof AppendResult.OnDisk)) {
                String why = writer.problem();
                throw new LedgerException(
                        "key " + missing.get(i).key() + " is not committed: " + (why == null ? result : why));
            }
        }
    }

    /**
     * Adds a marked answer. Never blocks; the callback is called exactly once, by this thread when the answer fails at once
     * and else by the thread that writes, which must not be kept waiting.
     *
     * @throws IllegalArgumentException when the answer's key is not committed
     */
    public void append(MarkedAnswer answer, Consumer<? super AppendResult> callback) {
        if (!keys.containsKey(answer.key())) {
            throw new IllegalArgumentException("leaf " + answer.key() + " commits to no key");
        }
        long millis = ticker.millis();
        byte[] forms = answer.packedForms();
        writer.append(
                ids -> new Leaf.Answer(millis, answer.key(), ids.hash(answer.message()), answer.sites(), forms),
                callback);
    }

    /** Tells whether answers should be marked: the last write succeeded, and none has been under way for over 250 ms. */
    public boolean writable() {
        return writer.writable();
    }

    /** Returns why the ledger is not written; null when it is. */
    public @Nullable String problem() {
        return writer.problem();
    }

    /** Returns how many leaves are on the disk. */
    public long size() {
        return writer.size();
    }

    /** Returns how many leaves wait for the disk. */
    public int waiting() {
        return writer.waiting();
    }

    /** Returns the last signed head; null when there is none yet. */
    public @Nullable SignedHead head() {
        return writer.head();
    }

    /** Returns what checks this ledger's heads. */
    public VerifierKey key() {
        return key;
    }

    /** Starts the thread that writes. */
    void start() {
        writer.start();
    }

    /** Does what the writer has to do now, for tests without its thread. */
    void turn() {
        writer.turn();
    }

    /** Writes what waits, signs a last head, and gives up the directory. Returns within 10 s, also when the disk hangs. */
    @Override
    public void close() throws LedgerException {
        close(CLOSING);
    }

    /** The directory is not given up while a write may still come. */
    void close(Duration patience) throws LedgerException {
        if (!writer.close(patience)) {
            throw new LedgerException("the ledger could not be closed: the disk does not answer");
        }
        try {
            lock.close();
        } catch (IOException e) {
            throw new LedgerException("the ledger's lock cannot be given up: " + e, e);
        }
    }
}
