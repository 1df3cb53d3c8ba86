package dev.stillgate.fingerprint.signal;

import java.util.List;

/**
 * Answers that the gateway saw issued to one account come back in the prompts of another. Accounts among whom answers go
 * round in circles are compared with each other, no more: that somebody sends an answer that was another's is no evidence
 * against either, as transcripts are published and pasted.
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
