package dev.stillgate.fingerprint.text;

/** Kinds of training data that a prompt can request, typical of distillation. */
public enum Elicitation {
    /** The chain of thought, written out as a trace. */
    REASONING(0),
    /** A grade by a rubric, or the better of two answers. */
    GRADING(1),
    /** Instructions, questions or dialogues as training data. */
    SYNTHETIC_DATA(2),
    /** Steps, tool calls and observations as a trajectory. */
    TRAJECTORY(3),
    /** The given text in other words, for example without content that a censor would object to. */
    REWRITING(4);

    private final int index;

    Elicitation(int index) {
        this.index = index;
    }

    /** Returns the index of this constant, which is part of stored data. */
    public int index() {
        return index;
    }

    /** Returns the bit of this constant in {@link PromptFeatures#elicitations}. */
    public int bit() {
        return 1 << index;
    }

    /** Returns whether the bit of this constant is set. */
    public boolean in(int elicitations) {
        return (elicitations & bit()) != 0;
    }
}
