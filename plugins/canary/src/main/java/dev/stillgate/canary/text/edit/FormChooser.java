package dev.stillgate.canary.text.edit;

/** Selects the form to write at a site. */
@FunctionalInterface
public interface FormChooser {
    /** Keep the form found in the text. */
    int KEEP = -1;

    /** A chooser that keeps every form, for reading. */
    FormChooser READER = (cls, bucket) -> KEEP;

    /**
     * Returns the form for a cell.
     *
     * @param cls the class, from 0
     * @param bucket the class's bucket, from 0
     * @return 0, 1 or {@link #KEEP}
     */
    int form(int cls, int bucket);
}
