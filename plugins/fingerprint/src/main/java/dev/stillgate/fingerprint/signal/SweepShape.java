package dev.stillgate.fingerprint.signal;

import java.util.List;

/**
 * Shape of a sweep over a corpus: prompts of one length and form, responses of one length, and hardly any second turn.
 */
public final class SweepShape implements Signal {
    @Override
    public String name() {
        return "sweep-shape";
    }

    @Override
    public Family family() {
        return Family.CONTENT;
    }

    @Override
    public List<Trait> traits() {
        return List.of(
                new Trait("prompt-length", 0.15, Profile::meanLogPrompt),
                new Trait("answer-length", 0.15, Profile::meanLogResponse),
                new Trait("prompt-spread", 0.1, Profile::deviationOfLogPrompt),
                new Trait("answer-spread", 0.1, Profile::deviationOfLogResponse),
                new Trait("single-turns", 0.1, Profile::singleTurns),
                new Trait("tool-turns", 0.1, Profile::toolTurns),
                new Trait("code", 0.1, Profile::code),
                new Trait("saturated", 0.1, Profile::saturated));
    }

    @Override
    public List<SharedKey> keys() {
        return List.of(SharedKey.SHAPE);
    }
}
