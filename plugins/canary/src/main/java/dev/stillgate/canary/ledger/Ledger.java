package dev.stillgate.canary.ledger;

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
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Tamper-evident record of a gateway's keys and marked responses: an append-only Merkle tree (RFC 6962) in a directory,
 * with signed heads. Acknowledged leaves survive a crash at any moment. Thread-safe.
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
    private final Map<Long, MarkedTotals> totals;
    private final Map<NewKey, Long> leaves = new ConcurrentHashMap<>();

    private Ledger(
            DirectoryLock lock,
            VerifierKey key,
            LedgerWriter writer,
            Ticker ticker,
            Map<Long, Leaf.Commitment> keys,
            Map<Long, MarkedTotals> totals) {
        this.lock = lock;
        this.key = key;
        this.writer = writer;
        this.ticker = ticker;
        this.keys = keys;
        this.totals = totals;
        keys.forEach((index, leaf) -> leaves.merge(new NewKey(leaf), index, Math::min));
    }

    /**
     * Opens the ledger in a directory, or creates it. Reads and checks all of it; an unfinished write at the end is
     * truncated.
     *
     * @param log receives lines for the operator, from the writer thread
     * @throws LedgerException if the ledger is in use, damaged, of another version, or cannot be read or written
     */
    public static Ledger open(Path directory, LedgerOptions terms, Ticker ticker, Consumer<String> log)
            throws LedgerException {
        Ledger ledger = open(directory, terms, ticker, log, Disk.system(), SegmentFormat.LEVEL);
        ledger.start();
        return ledger;
    }

    /** Opens a ledger without starting its writer thread. */
    static Ledger open(Path directory, LedgerOptions terms, Ticker ticker, Consumer<String> log, Disk disk, int level)
            throws LedgerException {
        try {
            create(directory.toAbsolutePath(), disk);
            DirectoryLock lock = DirectoryLock.take(directory, LOCK);
            if (lock == null) {
                throw new LedgerException(
                        directory + ": another gateway writes this ledger; give each its own directory");
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

    /** Creates a directory and forces its entry in the parent to disk. */
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
        Map<Long, MarkedTotals> totals = new ConcurrentHashMap<>();
        LedgerScan scan =
                LedgerScan.of(directory, head == null ? 0 : head.head().size(), (index, leaf, after) -> {
                    if (leaf instanceof Leaf.Commitment commitment) {
                        keys.put(index, commitment);
                    }
                    if (leaf instanceof Leaf.Response answer) {
                        totals.computeIfAbsent(answer.key(), absent -> new MarkedTotals())
                                .add(answer.sites());
                    }
                    if (head != null && index + 1 == head.head().size()) {
                        HeadFiles.checkRoot(directory, head, after.root());
                    }
                });
        SegmentAppender tail = new SegmentAppender(
                disk, directory, scan.level() < 0 ? level : scan.level(), scan.tailFirst(), scan.tailOffset());
        tail.open();
        if (scan.torn() > 0) {
            log.accept("the ledger's last " + scan.torn() + " bytes were an unfinished write and were truncated");
        }
        HeadFiles heads = new HeadFiles(disk, directory, signing, ticker);
        LedgerWriter writer =
                new LedgerWriter(terms, ticker, log, tail, heads, signing.messageIds(), scan.frontier(), head);
        return new Ledger(lock, signing.verifier(), writer, ticker, keys, totals);
    }

    /**
     * A key to commit to.
     *
     * @param name of the key, 1 to 128 characters
     * @param commitment to the key
     * @param table digest of the class table
     */
    public record NewKey(String name, Hash commitment, Hash table) {
        private NewKey(Leaf.Commitment leaf) {
            this(leaf.key(), leaf.commitment(), leaf.table());
        }
    }

    /** Commits to one key; see {@link #commit(List)}. */
    public long commit(String name, Hash commitment, Hash table) throws LedgerException {
        return commit(List.of(new NewKey(name, commitment, table)))[0];
    }

    /**
     * Commits to keys and returns once all of them are on disk; committed keys are not written again. Blocks, so not
     * for an event loop. After a failure, the next call finds those that reached the disk.
     *
     * @return the indexes of the leaves, by which answers refer to the keys
     * @throws LedgerException if a commitment is not on disk within 10 s
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

    /** Returns when a commitment was made, in milliseconds since the Unix epoch; null if it is not on disk. */
    public @Nullable Long committed(NewKey wanted) {
        Long index = leaves.get(wanted);
        Leaf.Commitment leaf = index == null ? null : keys.get(index);
        return leaf == null ? null : leaf.millis();
    }

    /** Returns the commitments on disk of keys whose names satisfy a condition, in the order of their leaves. */
    public List<CommittedKey> committed(Predicate<String> named) {
        return keys.entrySet().stream()
                .filter(each -> named.test(each.getValue().key()))
                .sorted(Map.Entry.comparingByKey())
                .map(each -> CommittedKey.of(each.getKey(), each.getValue(), totals(each.getKey())))
                .toList();
    }

    /** Returns the totals of the responses under the key of a leaf; the caller counts those that it appends. */
    public MarkedTotals totals(long leaf) {
        return totals.computeIfAbsent(leaf, absent -> new MarkedTotals());
    }

    private void await(List<Leaf.Commitment> missing, List<CompletableFuture<AppendResult>> results)
            throws LedgerException {
        String first = "key " + missing.getFirst().key();
        try {
            CompletableFuture.allOf(results.toArray(CompletableFuture[]::new)).get(COMMIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LedgerException(first + " is not committed: interrupted", e);
        } catch (TimeoutException | ExecutionException e) {
            throw new LedgerException(first + " is not committed: the disk does not respond", e);
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
     * Appends a marked response. Never blocks. The callback is called exactly once: on this thread if the response fails
     * immediately, else on the writer thread, which it must not block.
     *
     * @throws IllegalArgumentException if the response's key is not committed
     */
    public void append(MarkedResponse answer, Consumer<? super AppendResult> callback) {
        if (!keys.containsKey(answer.key())) {
            throw new IllegalArgumentException("leaf " + answer.key() + " is not the commitment of a key");
        }
        long millis = ticker.millis();
        byte[] forms = answer.packedForms();
        writer.append(
                ids -> new Leaf.Response(millis, answer.key(), ids.hash(answer.message()), answer.sites(), forms),
                callback);
    }

    /**
     * Returns whether answers should be marked: the last write succeeded, and no write has been in progress for over
     * 250 ms.
     */
    public boolean writable() {
        return writer.writable();
    }

    /** Returns why the ledger is not writable, or null if it is. */
    public @Nullable String problem() {
        return writer.problem();
    }

    /** Returns the number of leaves on disk. */
    public long size() {
        return writer.size();
    }

    /** Returns the number of leaves waiting for the disk. */
    public int waiting() {
        return writer.waiting();
    }

    /** Returns the last signed head, or null before the first. */
    public @Nullable SignedHead head() {
        return writer.head();
    }

    /** Returns the public key of this ledger's heads. */
    public VerifierKey key() {
        return key;
    }

    /** Starts the writer thread. */
    void start() {
        writer.start();
    }

    /** Runs one turn of the writer, for tests without its thread. */
    void turn() {
        writer.turn();
    }

    /**
     * Writes waiting leaves, signs a last head, and releases the directory. Returns within 10 s even if the disk hangs.
     */
    @Override
    public void close() throws LedgerException {
        close(CLOSING);
    }

    /** Closes the ledger; keeps the directory locked if a write is still in progress. */
    void close(Duration timeout) throws LedgerException {
        if (!writer.close(timeout)) {
            throw new LedgerException("the ledger could not be closed: the disk does not respond");
        }
        try {
            lock.close();
        } catch (IOException e) {
            throw new LedgerException("the ledger's lock cannot be released:  " + e, e);
        }
    }
}
