package dev.stillgate.canary;

import dev.stillgate.canary.ledger.file.LedgerException;
import dev.stillgate.canary.sketch.SketchStore;
import dev.stillgate.spi.orders.Erasures;
import org.jspecify.annotations.Nullable;

/**
 * State of one canary filter that survives policy reloads.
 *
 * @param ledger the ledger, if the gateway keeps state
 * @param keyring the keys in use
 * @param sketches the sketches of responses, null without a ledger
 * @param erasures the erasures that the sketches have obeyed
 * @param answers treatments of recent responses
 */
record CanaryState(
        OptionalLedger ledger,
        Keyring keyring,
        @Nullable SketchStore sketches,
        Erasures erasures,
        RecentResponses answers)
        implements AutoCloseable {
    CanaryState(OptionalLedger ledger, @Nullable SketchStore sketches, Erasures erasures) {
        this(ledger, new Keyring(ledger), sketches, erasures, new RecentResponses());
    }

    @Override
    public void close() throws LedgerException {
        if (sketches != null) {
            sketches.close();
        }
        erasures.close();
        ledger.close();
    }
}
