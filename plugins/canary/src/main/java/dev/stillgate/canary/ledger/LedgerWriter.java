package dev.stillgate.canary.ledger;

import dev.stillgate.canary.ledger.file.Leaf;
import dev.stillgate.canary.ledger.file.SegmentAppender;
import dev.stillgate.canary.ledger.file.SegmentFormat;
import dev.stillgate.canary.ledger.head.HeadFiles;
import dev.stillgate.canary.ledger.head.MessageIdHasher;
import dev.stillgate.canary.ledger.head.SignedHead;
import dev.stillgate.canary.ledger.tree.MerkleFrontier;
import dev.stillgate.canary.ledger.tree.TreeHasher;
import dev.stillgate.spi.Ticker;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The writer thread of a ledger (group commit): takes all waiting leaves, writes them, forces the disk once, and then
 * acknowledges them. After a failure it fails waiting leaves and retries the disk every second.
 */
final class LedgerWriter {
    static final Duration RETRY = Duration.ofSeconds(1);

    /**
     * Least time from the end of a write to the next write. Under load more leaves then share a write, and threads wake
     * up less often; a leaf that comes alone is written at once.
     */
    static final Duration GATHER = Duration.ofMillis(2);

    /** Duration after which a write counts as stalled. */
    private static final long STALLED_NANOS = Duration.ofMillis(250).toNanos();

    private final LedgerOptions terms;
    private final Ticker ticker;
    private final Consumer<String> log;
    private final SegmentAppender tail;
    private final HeadFiles heads;
    private final MessageIdHasher ids;
    private final TreeHasher hasher = new TreeHasher();
    private final ByteBuffer records = ByteBuffer.allocateDirect(SegmentFormat.MAX_BATCH);

    private final Queue<Entry> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private @Nullable Thread thread;
    private volatile boolean idle;
    private volatile boolean closing;
    private volatile boolean finished;

    private volatile MerkleFrontier tree;
    private volatile @Nullable String problem;
    private volatile boolean writing;
    private volatile long writingSince;
    private long writtenAt;
    private long retryAt;

    private volatile @Nullable SignedHead head;
    private long headAt;
    private boolean headFailed;

    private record Entry(Function<MessageIdHasher, Leaf> leaf, Consumer<? super AppendResult> callback) {}

    LedgerWriter(
            LedgerOptions terms,
            Ticker ticker,
            Consumer<String> log,
            SegmentAppender tail,
            HeadFiles heads,
            MessageIdHasher ids,
            MerkleFrontier tree,
            @Nullable SignedHead head) {
        this.terms = terms;
        this.ticker = ticker;
        this.log = log;
        this.tail = tail;
        this.heads = heads;
        this.ids = ids;
        this.tree = tree;
        this.head = head;
        this.headAt = ticker.nanos();
        this.writtenAt = headAt - GATHER.toNanos();
    }

    /** Starts the thread; without it, {@link #turn} must be called. */
    void start() {
        thread = Thread.ofPlatform().daemon().name("ledger").start(this::run);
    }

    /**
     * Queues a leaf without blocking. The callback is called once: here if the leaf fails immediately, else by the
     * writer.
     */
    void append(Function<MessageIdHasher, Leaf> leaf, Consumer<? super AppendResult> callback) {
        if (closing) {
            callback.accept(AppendResult.Failure.CLOSED);
        } else if (problem != null) {
            callback.accept(AppendResult.Failure.NOT_WRITABLE);
        } else if (waiting.incrementAndGet() > terms.queue()) {
            waiting.decrementAndGet();
            callback.accept(AppendResult.Failure.QUEUE_FULL);
        } else {
            queue.add(new Entry(leaf, callback));
            if (finished) {
                failWaiting(AppendResult.Failure.CLOSED);
            } else if (idle) {
                LockSupport.unpark(thread);
            }
        }
    }

    boolean writable() {
        return problem == null && !closing && !(writing && ticker.nanos() - writingSince > STALLED_NANOS);
    }

    /** Returns why the ledger is not writable, or null if it is. */
    @Nullable
    String problem() {
        return problem;
    }

    long size() {
        return tree.size();
    }

    @Nullable
    SignedHead head() {
        return head;
    }

    int waiting() {
        return waiting.get();
    }

    private void run() {
        try {
            while (!closing || !queue.isEmpty()) {
                gather();
                long wait = turn();
                if (wait > 0) {
                    idle = true;
                    if (queue.isEmpty() && !closing) {
                        LockSupport.parkNanos(this, wait);
                    }
                    idle = false;
                }
            }
        } finally {
            finish();
        }
    }

    /** Lets leaves gather for the next write. */
    private void gather() {
        long left = writtenAt + GATHER.toNanos() - ticker.nanos();
        if (left > 0 && !closing && !queue.isEmpty()) {
            LockSupport.parkNanos(this, left);
        }
    }

    /** Writes all waiting leaves if the thread is not started. */
    void turnByHand() {
        if (thread == null) {
            do {
                turn();
            } while (!queue.isEmpty());
        }
    }

    /** Does what is due and returns the nanoseconds until the next task. */
    long turn() {
        if (problem != null && ticker.nanos() - retryAt >= 0) {
            recover();
        }
        if (problem != null) {
            failWaiting(AppendResult.Failure.NOT_WRITABLE);
            return Math.max(1, retryAt - ticker.nanos());
        }
        writeBatch();
        long headWait = signWhenDue();
        return queue.isEmpty() ? headWait : 0;
    }

    private void writeBatch() {
        List<Entry> batch = new ArrayList<>();
        MerkleFrontier grown = tree.copy();
        try {
            records.clear();
            fill(batch, grown);
            if (batch.isEmpty()) {
                return;
            }
            writingSince = ticker.nanos();
            writing = true;
            tail.append(tree.size(), records.flip());
            writing = false;
        } catch (IOException | RuntimeException | Error e) {
            failed("a write failed: " + e);
            writing = false;
            batch.forEach(entry -> complete(entry, AppendResult.Failure.WRITE_FAILED));
            return;
        }
        writtenAt = ticker.nanos();
        long index = tree.size();
        tree = grown;
        for (Entry entry : batch) {
            complete(entry, new AppendResult.OnDisk(index++));
        }
    }

    private void fill(List<Entry> batch, MerkleFrontier grown) {
        long room = tail.room(tree.size());
        while (batch.size() < room && records.remaining() >= SegmentFormat.RECORD + Leaf.MAX_BYTES) {
            Entry entry = queue.poll();
            if (entry == null) {
                return;
            }
            waiting.decrementAndGet();
            batch.add(entry);
            byte[] leaf = entry.leaf().apply(ids).bytes();
            SegmentFormat.record(records, tree.size(), leaf);
            grown.add(hasher.leaf(leaf));
        }
    }

    private void failed(String what) {
        problem = what;
        retryAt = ticker.nanos() + RETRY.toNanos();
        log.accept("the ledger is not writable, answers are not marked: " + what);
    }

    private void recover() {
        try {
            tail.probe();
            problem = null;
            log.accept("the ledger is writable again");
        } catch (IOException e) {
            problem = "the disk still fails: " + e;
            retryAt = ticker.nanos() + RETRY.toNanos();
        }
    }

    private long signWhenDue() {
        long fresh = tree.size() - signed();
        if (fresh == 0) {
            return Long.MAX_VALUE;
        }
        long left = headAt + terms.headEvery().toNanos() - ticker.nanos();
        if (left <= 0 || fresh >= terms.headLeaves()) {
            sign(false);
            return terms.headEvery().toNanos();
        }
        return left;
    }

    private void sign(boolean last) {
        headAt = ticker.nanos();
        try {
            tail.check();
        } catch (IOException e) {
            failed("no head is signed: " + e);
            return;
        }
        try {
            head = heads.write(tree.size(), tree.root(), last);
            headFailed = false;
        } catch (IOException e) {
            if (!headFailed) {
                log.accept("the ledger's head is not written: " + e);
            }
            headFailed = true;
        }
    }

    private long signed() {
        SignedHead latest = head;
        return latest == null ? 0 : latest.head().size();
    }

    private void failWaiting(AppendResult.Failure why) {
        for (Entry entry = queue.poll(); entry != null; entry = queue.poll()) {
            waiting.decrementAndGet();
            complete(entry, why);
        }
    }

    private void complete(Entry entry, AppendResult result) {
        try {
            entry.callback().accept(result);
        } catch (RuntimeException e) {
            log.accept("a leaf's callback failed: " + e);
        }
    }

    private void finish() {
        closing = true;
        if (tree.size() > signed()) {
            sign(true);
        }
        tail.close();
        finished = true;
        failWaiting(AppendResult.Failure.CLOSED);
    }

    /**
     * Writes waiting leaves and signs a last head; returns false if that takes longer, in which case it may still
     * happen.
     */
    boolean close(Duration timeout) {
        closing = true;
        Thread running = thread;
        if (running == null) {
            turn();
            finish();
            return true;
        }
        LockSupport.unpark(running);
        try {
            return running.join(timeout);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
