package dev.stillgate.canary;

import dev.stillgate.canary.ledger.Ledger;
import dev.stillgate.canary.ledger.file.LedgerException;
import dev.stillgate.canary.ledger.LedgerOptions;
import dev.stillgate.canary.ledger.MarkedAnswer;
import dev.stillgate.canary.ledger.AppendResult;
import dev.stillgate.spi.Ticker;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What makes marks evidence: the ledger, when the gateway keeps state. Without one answers are marked all the same, and what was
 * served to whom rests on the word of whoever runs the gateway.
 */
final class OptionalLedger implements AutoCloseable {
    /** The leaf of a key that may not be used yet. */
    static final long NOT_COMMITTED = -1;

    /** The leaf of a key that needs none. */
    static final long NO_LEDGER = -2;

    private static final System.Logger LOG = System.getLogger(OptionalLedger.class.getName());

    private final @Nullable Ledger ledger;
    private final @Nullable String broken;
    private boolean told;

    private OptionalLedger(@Nullable Ledger ledger, @Nullable String broken) {
        this.ledger = ledger;
        this.broken = broken;
    }

    /**
     * Opens the ledger of a state directory. One that cannot be used is logged and leaves every answer unmarked, until the
     * gateway is started with another.
     *
     * @param directory the filter's own, null when nothing is kept
     */
    static OptionalLedger open(@Nullable Path directory, Ticker ticker) {
        if (directory == null) {
            return new OptionalLedger(null, null);
        }
        try {
            Consumer<String> log = line -> LOG.log(System.Logger.Level.WARNING, line);
            return new OptionalLedger(Ledger.open(directory.resolve("ledger"), LedgerOptions.usual(), ticker, log), null);
        } catch (LedgerException e) {
            LOG.log(System.Logger.Level.ERROR, "no answer is marked, the ledger cannot be used: {0}", e.getMessage());
            return new OptionalLedger(null, String.valueOf(e.getMessage()));
        }
    }

    /** Returns whether there is a ledger, or should be. */
    boolean keeps() {
        return ledger != null || broken != null;
    }

    /** Returns whether answers may be marked now. */
    boolean ready() {
        return broken == null && (ledger == null || ledger.writable());
    }

    /** Commits to keys with one wait; returns their leaves, null when the disk does not take them. In the background. */
    long @Nullable [] commit(List<Ledger.NewKey> keys) {
        if (ledger == null) {
            return null;
        }
        try {
            long[] leaves = ledger.commit(keys);
            told = false;
            return leaves;
        } catch (LedgerException e) {
            if (!told) {
                LOG.log(System.Logger.Level.ERROR, "{0}; answers under it are not marked", e.getMessage());
            }
            told = true;
            return null;
        }
    }

    /**
     * Records an answer.
     *
     * @param done is told once whether it is on disk, perhaps at once, on any thread
     */
    void record(MarkedAnswer answer, Consumer<Boolean> done) {
        if (ledger == null) {
            done.accept(false);
        } else {
            ledger.append(answer, result -> done.accept(result instanceof AppendResult.OnDisk));
        }
    }

    /** Returns what there is to show of it. */
    Map<String, Object> show() {
        if (ledger == null) {
            return Map.of("state", broken == null ? "none: the gateway keeps no state" : broken);
        }
        String problem = ledger.problem();
        return Map.of(
                "state",
                problem == null ? "written" : problem,
                "leaves",
                ledger.size(),
                "waiting",
                ledger.waiting(),
                "publicKey",
                ledger.key().toString());
    }

    /** Returns how many leaves are on disk. */
    long leaves() {
        return ledger == null ? 0 : ledger.size();
    }

    @Override
    public void close() throws LedgerException {
        if (ledger != null) {
            ledger.close();
        }
    }
}
