package dev.stillgate.canary;

import dev.stillgate.canary.ledger.LedgerException;

/**
 * The state of one canary filter, which outlives its policies.
 *
 * @param witness the ledger
 * @param keyring the keys in use
 * @param exempted the answers that were left as they are
 */
record CanaryState(Witness witness, Keyring keyring, Exempted exempted) implements AutoCloseable {
    CanaryState(Witness witness) {
        this(witness, new Keyring(witness), new Exempted());
    }

    @Override
    public void close() throws LedgerException {
        witness.close();
    }
}
