package dev.stillgate.fingerprint.signal;

import dev.stillgate.fingerprint.text.Elicitation;
import java.util.ArrayList;
import java.util.List;

/**
 * Kinds of output that prompts ask a model for: traces of reasoning, grades, training instructions, trajectories,
 * rewritten text. The mix is a trait; accounts with the same main kind are compared.
 */
public final class ElicitationSignal implements Signal {
    @Override
    public String name() {
        return "elicitation";
    }

    @Override
    public Family family() {
        return Family.CONTENT;
    }

    @Override
    public List<Trait> traits() {
        List<Trait> traits = new ArrayList<>();
        for (Elicitation kind : Elicitation.values()) {
            traits.add(new Trait(kind.name().toLowerCase(java.util.Locale.ROOT), 0.1, p -> p.elicited(kind)));
        }
        return traits;
    }

    @Override
    public List<SharedKey> keys() {
        return List.of(SharedKey.WARE);
    }
}
