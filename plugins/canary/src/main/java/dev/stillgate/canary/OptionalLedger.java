package dev.stillgate.canary;

import dev.stillgate.canary.ledger.AppendResult;
import dev.stillgate.canary.ledger.CommittedKey;
import dev.stillgate.canary.ledger.Ledger;
import dev.stillgate.canary.ledger.LedgerOptions;
import dev.stillgate.canary.ledger.MarkedResponse;
import dev.stillgate.canary.ledger.file.LedgerException;
import dev.stillgate.spi.Ticker;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The ledger of a canary filter, or its absence when the gateway keeps no state. Without a ledger answers are marked
 * too, but only the operator's word says who received them.
 */
final class OptionalLedger implements AutoCloseable {
    /** The leaf index of a key that is not committed yet. */
    static final long NOT_COMMITTED = -1;

    /** The leaf index of a key in a gateway without a ledger. */
    static final long NO_LEDGER = -2;

    private static final System.Logger LOG = System.getLogger(OptionalLedger.class.getName());

    private final @Nullable Ledger ledger;
    private final @Nullable String broken;
    private boolean failureLogged;

    private OptionalLedger(@Nullable Ledger ledger, @Nullable String broken) {
        this.ledger = ledger;
        this.broken = broken;
    }

    /**
     * Opens the ledger in a state directory. If that fails, the error is logged and no response is marked until a
     * restart.
     *
     * @param directory the filter's state directory, or null if the gateway keeps no state
     */
    static OptionalLedger open(@Nullable Path directory, Ticker ticker) {
        if (directory == null) {
            return new OptionalLedger(null, null);
        }
        try {
            Consumer<String> log = line -> LOG.log(System.Logger.Level.WARNING, line);
            return new OptionalLedger(
                    Ledger.open(directory.resolve("ledger"), LedgerOptions.defaults(), ticker, log), null);
        } catch (LedgerException e) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "no answer is marked because the ledger cannot be opened: {0}",
                    e.getMessage());
            return new OptionalLedger(null, String.valueOf(e.getMessage()));
        }
    }

    /** Returns whether there is a ledger, even one that failed to open. */
    boolean isConfigured() {
        return ledger != null || broken != null;
    }

    /** Returns whether the ledger is open, so that its state directory belongs to this process. */
    boolean isOpen() {
        return ledger != null;
    }

    boolean isReady() {
        return broken == null && (ledger == null || ledger.writable());
    }

    /**
     * Commits keys with one write. Runs in the background.
     *
     * @return their leaf indexes, or null if they could not be written
     */
    long @Nullable [] commit(List<Ledger.NewKey> keys) {
        if (ledger == null) {
            return null;
        }
        try {
            long[] leaves = ledger.commit(keys);
            failureLogged = false;
            return leaves;
        } catch (LedgerException e) {
            if (!failureLogged) {
                LOG.log(System.Logger.Level.ERROR, "{0}; answers under it are not marked", e.getMessage());
            }
            failureLogged = true;
            return null;
        }
    }

    /** Returns when a commitment was made, in milliseconds since the Unix epoch; null if it is not in the ledger. */
    @Nullable
    Long committed(Ledger.NewKey commitment) {
        return ledger == null ? null : ledger.committed(commitment);
    }

    /**
     * Records a response.
     *
     * @param done called once, perhaps immediately or on another thread, with whether the response is on disk
     */
    void record(MarkedResponse answer, Consumer<Boolean> done) {
        if (ledger == null) {
            done.accept(false);
        } else {
            Ledger open = ledger;
            open.append(answer, result -> {
                boolean onDisk = result instanceof AppendResult.OnDisk;
                if (onDisk) {
                    open.totals(answer.key()).add(answer.sites());
                }
                done.accept(onDisk);
            });
        }
    }

    /** Returns the committed keys whose names satisfy a condition, the oldest first. */
    List<CommittedKey> committed(Predicate<String> named) {
        return ledger == null ? List.of() : ledger.committed(named);
    }

    /** Returns the ledger's part of the admin page. */
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

    /** Returns the number of leaves on disk. */
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
