package dev.stillgate.canary;

import dev.stillgate.canary.ledger.file.LedgerException;

/**
 * The state of one canary filter, which outlives its policies.
 *
 * @param witness the ledger
 * @param keyring the keys in use
 * @param exempted the answers that were left as they are
 */
record CanaryState(OptionalLedger witness, Keyring keyring, ExemptAnswers exempted) implements AutoCloseable {
    CanaryState(OptionalLedger witness) {
        this(witness, new Keyring(witness), new ExemptAnswers());
    }

    @Override
    public void close() throws LedgerException {
        witness.close();
    }
}
