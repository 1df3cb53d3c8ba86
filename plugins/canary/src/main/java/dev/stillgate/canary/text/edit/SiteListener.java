package dev.stillgate.canary.text.edit;

/** Receives the sites of a text in order. */
@FunctionalInterface
public interface SiteListener {
    /** A listener that ignores all sites. */
    SiteListener NONE = (cls, bucket, found, written, position) -> {};

    /**
     * Called for each site.
     *
     * @param cls the class, from 0
     * @param bucket the class's bucket, from 0
     * @param found the form in the original text, 0 or 1
     * @param written the form in the written text, 0 or 1
     * @param position offset of the site in the written block, in characters
     */
    void site(int cls, int bucket, int found, int written, int position);
}
