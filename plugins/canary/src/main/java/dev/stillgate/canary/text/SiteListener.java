package dev.stillgate.canary.text;

/** Is told of every site. */
public interface SiteListener {
    /** A site: the forms found and written, and where in the written text it stands. */
    void site(int cls, int bucket, int found, int written, int position);
}
