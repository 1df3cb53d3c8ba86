package dev.stillgate.fingerprint.text;

/** What a prompt asks a model to hand over, beyond an answer: the wares that a distillation pipeline collects. */
public enum Elicitation {
    /** The chain of thought, spelled out as a trace. */
    REASONING(0),
    /** A grade by a rubric, or the better of two answers. */
    GRADING(1),
    /** Instructions, questions or dialogues to train on. */
    SYNTHETIC_DATA(2),
    /** Steps, tool calls and observations as a trajectory. */
    TRAJECTORY(3),
    /** The same text in other words, such as without what a censor would mind. */
    REWRITING(4);

    private final int place;

    Elicitation(int place) {
        this.place = place;
    }

    /** Returns its place among all, from 0. */
    public int place() {
        return place;
    }

    /** Returns the bit that stands for this in {@link PromptFeatures#elicitations}. */
    public int bit() {
        return 1 << place;
    }

    /** Returns whether this is among the bits. */
    public boolean in(int elicitations) {
        return (elicitations & bit()) != 0;
    }
}
