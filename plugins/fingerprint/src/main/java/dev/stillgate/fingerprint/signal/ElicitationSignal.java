package dev.stillgate.fingerprint.signal;

import dev.stillgate.fingerprint.text.Elicitation;
import java.util.ArrayList;
import java.util.List;

/**
 * What the prompts ask a model to hand over: traces of reasoning, grades, instructions to train on, trajectories, rewritten
 * text. How an account mixes these is a trait; accounts that mostly ask for the same ware are compared with each other.
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
        for (Elicitation ware : Elicitation.values()) {
            traits.add(new Trait(ware.name().toLowerCase(java.util.Locale.ROOT), 0.1, p -> p.elicited(ware)));
        }
        return traits;
    }

    @Override
    public List<SharedKey> keys() {
        return List.of(SharedKey.WARE);
    }
}
