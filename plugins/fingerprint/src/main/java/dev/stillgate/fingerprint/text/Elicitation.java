package dev.stillgate.fingerprint.text;

/** What a prompt asks a model to hand over, beyond an answer: the wares that a distillation pipeline collects. */
public enum Elicitation {
    /** The chain of thought, spelled out as a trace. */
    REASONING,
    /** A grade by a rubric, or the better of two answers. */
    GRADING,
    /** Instructions, questions or dialogues to train on. */
    SYNTHETIC_DATA,
    /** Steps, tool calls and observations as a trajectory. */
    TRAJECTORY,
    /** The same text in other words, such as without what a censor would mind. */
    REWRITING;

    /** Returns the bit that stands for this in {@link PromptFeatures#elicitations}. */
    @SuppressWarnings("EnumOrdinal") // the bits are kept in no file
    public int bit() {
        return 1 << ordinal();
    }

    /** Returns whether this is among the bits. */
    public boolean in(int elicitations) {
        return (elicitations & bit()) != 0;
    }
}
