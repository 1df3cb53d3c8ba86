package dev.stillgate.canary;

import dev.stillgate.canary.ledger.file.LedgerException;
import dev.stillgate.canary.sketch.SketchStore;
import org.jspecify.annotations.Nullable;

/**
 * State of one canary filter that survives policy reloads.
 *
 * @param ledger the ledger, if the gateway keeps state
 * @param keyring the keys in use
 * @param sketches the sketches of answers, null without a ledger
 * @param answers treatments of recent answers
 */
record CanaryState(
        OptionalLedger ledger, Keyring keyring, @Nullable SketchStore sketches, RecentAnswers answers)
        implements AutoCloseable {
    CanaryState(OptionalLedger ledger, @Nullable SketchStore sketches) {
        this(ledger, new Keyring(ledger), sketches, new RecentAnswers());
    }

    @Override
    public void close() throws LedgerException {
        if (sketches != null) {
            sketches.close();
        }
        ledger.close();
    }
}
