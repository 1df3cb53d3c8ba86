package dev.stillgate.canary;

import dev.stillgate.canary.ledger.file.LedgerException;

/**
 * State of one canary filter that survives policy reloads.
 *
 * @param ledger the ledger, if the gateway keeps state
 * @param keyring the keys in use
 * @param answers treatments of recent answers
 */
record CanaryState(OptionalLedger ledger, Keyring keyring, RecentAnswers answers) implements AutoCloseable {
    CanaryState(OptionalLedger ledger) {
        this(ledger, new Keyring(ledger), new RecentAnswers());
    }

    @Override
    public void close() throws LedgerException {
        ledger.close();
    }
}
