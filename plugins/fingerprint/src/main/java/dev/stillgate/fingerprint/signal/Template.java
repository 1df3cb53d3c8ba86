package dev.stillgate.fingerprint.signal;

import java.util.List;

/**
 * Prompt template. Accounts with the same template are compared; sharing one is not evidence, since agent frameworks
 * and published prompts have thousands of honest users.
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
