package dev.stillgate.fingerprint.signal;

import java.util.List;

/**
 * Answers that were issued to one account and appear in prompts of another. Accounts that exchange answers in a cycle
 * are compared. Citing alone is not evidence, since transcripts are published and pasted.
 */
public final class IssuedContextSignal implements Signal {
    @Override
    public String name() {
        return "issued-context";
    }

    @Override
    public Family family() {
        return Family.PROVENANCE;
    }

    @Override
    public List<SharedKey> keys() {
        return List.of(SharedKey.ISSUED_CONTEXT);
    }
}
