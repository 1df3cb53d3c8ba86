package dev.stillgate.fingerprint.signal;

import java.util.List;

/**
 * The text that prompts are filled into. Accounts that share one are compared with each other, no more: agent frameworks
 * and published prompts are shared by thousands of honest accounts.
 */
public final class Template implements Signal {
    @Override
    public String name() {
        return "template";
    }

    @Override
    public Family family() {
        return Family.CONTENT;
    }

    @Override
    public List<SharedKey> keys() {
        return List.of(
                SharedKey.SYSTEM,
                SharedKey.SYSTEM_LIKE,
                SharedKey.TOOLS,
                SharedKey.OPENING,
                SharedKey.SKETCH_A,
                SharedKey.SKETCH_B);
    }
}
