package dev.stillgate.canary.text.edit;

/** Chooses the form that is to be written at a site. */
@FunctionalInterface
public interface FormChooser {
    /** Leave the form that stands there. */
    int KEEP = -1;

    /** The chooser of a mere reader: nothing is ever written. */
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
