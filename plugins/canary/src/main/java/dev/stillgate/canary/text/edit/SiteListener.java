package dev.stillgate.canary.text.edit;

/** Is told of every site of a text, in the order in which they stand there. */
@FunctionalInterface
public interface SiteListener {
    /** Wants to know of none. */
    SiteListener NONE = (cls, bucket, found, written, position) -> {};

    /**
     * A site has been passed.
     *
     * @param cls the class, from 0
     * @param bucket the class's bucket, from 0
     * @param found the form that stood there, 0 or 1
     * @param written the form that stands there now, 0 or 1
     * @param position where it begins in the written block, in chars
     */
    void site(int cls, int bucket, int found, int written, int position);
}
