package dev.stillgate.fingerprint.text;

import java.util.Arrays;

/**
 * What is kept of the new text of one prompt: hashes, sketches and counts. Mutable, so that one can serve many prompts of
 * one thread; every hash is keyed.
 */
public final class PromptFeatures {
    /** The number of places of {@link #sketch}. */
    public static final int SKETCH = 16;

    /** The number of dimensions of {@link #topic}. */
    public static final int TOPICS = 24;

    /** Keyed hash of the system prompt with its variable parts masked; 0 for none. */
    public long system;

    /**
     * Keyed hash of one of the system prompt's shingles, which system prompts of one template have in common with the chance that
     * two of them share any; 0 for none.
     */
    public long systemLike;

    /** Keyed hash of the set of tools' names; 0 for none. */
    public long tools;

    /** Keyed hash of the new user text as it is, but for white space and letter case; 0 for none. */
    public long text;

    /** Keyed hash of the beginning of the new user text with its variable parts masked; 0 for a text too short for it. */
    public long opening;

    /**
     * MinHash of the word shingles of the masked new user text, all 0 when it is too short for one: the share of equal
     * places of two texts estimates how many of their shingles they share.
     */
    public final int[] sketch = new int[SKETCH];

    /** The signed projection of the new user text's word and character n-grams, of Euclidean length 1, or all 0. */
    public final float[] topic = new float[TOPICS];

    /** One bit for each {@link Elicitation} found, by its ordinal. */
    public int elicitations;

    /** Characters of new text, whether they were analysed or not. */
    public int newChars;

    /** Of the analysed new user text: the characters in fenced or inline code, any white space counted as one. */
    public int codeChars;

    /** Of the analysed new user text: digits. */
    public int digitChars;

    /** Of the analysed new user text: letters of other scripts than Latin. */
    public int otherScriptChars;

    /** Characters of new user text that were analysed. */
    public int analysedChars;

    /** Turns of the user in the whole prompt, the new one included: messages in a row are one turn, results of tools none. */
    public int userTurns;

    /** Turns of the assistant in the whole prompt. */
    public int assistantTurns;

    /** Whether the prompt brings results of tools. */
    public boolean toolResults;

    /** Clears what is told of the text. */
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
