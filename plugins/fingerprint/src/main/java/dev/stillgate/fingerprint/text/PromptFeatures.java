package dev.stillgate.fingerprint.text;

import java.util.Arrays;

/** Features of one prompt: keyed hashes, sketches and counts. Reusable. Not thread-safe. */
public final class PromptFeatures {
    /** Length of {@link #sketch}. */
    public static final int SKETCH = 16;

    /** Length of {@link #topic}. */
    public static final int TOPICS = 24;

    /** Keyed hash of the masked system prompt; 0 for none. */
    public long system;

    /**
     * Smallest keyed hash among the word shingles of the masked system prompt; 0 for none. Two prompts share it with
     * the probability of their shingles' Jaccard similarity, so prompts of one template often do.
     */
    public long systemShingle;

    /** Keyed hash of the set of tool names; 0 for none. */
    public long tools;

    /** Keyed hash of the new user text, ignoring white space and letter case; 0 for none. */
    public long text;

    /** Keyed hash of the beginning of the masked new user text; 0 if the text is too short. */
    public long opening;

    /**
     * MinHash of the masked new user text's word shingles, all 0 if the text is too short. The share of equal elements
     * estimates the Jaccard similarity of two texts.
     */
    public final int[] sketch = new int[SKETCH];

    /**
     * Topic vector of the new user text: a signed projection of its words and word pairs, of Euclidean length 1 or all
     * 0.
     */
    public final float[] topic = new float[TOPICS];

    /** Bits of the {@link Elicitation}s found. */
    public int elicitations;

    /** Characters of new text, analysed or not. */
    public int newChars;

    /** Characters of the analysed text in fenced or inline code; a run of white space counts as one. */
    public int codeChars;

    /** Digits of the analysed text. */
    public int digitChars;

    /** Letters of the analysed text that are not Latin. */
    public int otherScriptChars;

    /** Characters of new user text that were analysed. */
    public int analysedChars;

    /**
     * Turns of the user in the whole prompt, with the new one: consecutive messages are one turn, tool results none.
     */
    public int userTurns;

    /** Turns of the assistant in the whole prompt. */
    public int assistantTurns;

    /** Whether the prompt contains tool results. */
    public boolean toolResults;

    /** Clears the features of the new user text. */
    public void withoutText() {
        text = 0;
        opening = 0;
        Arrays.fill(sketch, 0);
        Arrays.fill(topic, 0);
        elicitations = 0;
        codeChars = 0;
        digitChars = 0;
        otherScriptChars = 0;
        analysedChars = 0;
    }
}
