package dev.stillgate.canary.text.edit;

/**
 * Chooses which of two interchangeable wordings (form 0 or 1) {@link ProseEditor} writes at a site. A canary key is
 * a chooser; {@link #READER} changes nothing and serves to find the sites of a text.
 */
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
