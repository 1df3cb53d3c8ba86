package dev.stillgate.canary.text;

/** Chooses the form to be written at a site. */
public interface FormChooser {
    /** The answer that leaves a site as it was found. */
    int KEEP = -1;

    /** Returns 0, 1 or {@link #KEEP} for a site of the class {@code cls} in its cell {@code bucket}. */
    int form(int cls, int bucket);
}
