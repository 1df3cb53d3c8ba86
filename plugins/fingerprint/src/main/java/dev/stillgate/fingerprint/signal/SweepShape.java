package dev.stillgate.fingerprint.signal;

import java.util.List;

/**
 * The shape of a sweep over a corpus: prompts of one length and make, answers of one length, hardly ever a second turn. A
 * person's own questions differ from the next person's in all of these.
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
                new Trait("answer-length", 0.15, Profile::meanLogAnswer),
                new Trait("prompt-spread", 0.1, Profile::deviationOfLogPrompt),
                new Trait("answer-spread", 0.1, Profile::deviationOfLogAnswer),
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
