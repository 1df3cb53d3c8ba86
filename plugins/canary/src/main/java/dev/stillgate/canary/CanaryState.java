package dev.stillgate.canary;

import dev.stillgate.canary.ledger.file.LedgerException;

/**
 * State of one canary filter that survives policy reloads.
 *
 * @param ledger the ledger, if the gateway keeps state
 * @param keyring the keys in use
 * @param exempted recent answers that were left unmarked
 */
record CanaryState(OptionalLedger ledger, Keyring keyring, ExemptAnswers exempted) implements AutoCloseable {
    CanaryState(OptionalLedger ledger) {
        this(ledger, new Keyring(ledger), new ExemptAnswers());
    }

    @Override
    public void close() throws LedgerException {
        ledger.close();
    }
}
