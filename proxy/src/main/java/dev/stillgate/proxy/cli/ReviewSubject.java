package dev.stillgate.proxy.cli;

import java.util.regex.Pattern;

/**
 * Cluster or account that an operator decides about.
 *
 * @param id the id of the cluster or of the account
 * @param isCluster whether the id is that of a cluster
 */
record ReviewSubject(String id, boolean isCluster) {
    /** Ids of clusters, as fingerprint filters assign them. */
    private static final Pattern CLUSTER = Pattern.compile("c[0-9]{1,10}");

    /**
     * Returns the subject with an id.
     *
     * @param account whether the id is that of an account, even if it looks like that of a cluster
     */
    static ReviewSubject of(String id, boolean account) {
        return new ReviewSubject(id, !account && CLUSTER.matcher(id).matches());
    }

    /** Returns the path of the subject's page. */
    String path() {
        return AdminQuery.path(isCluster ? "clusters" : "accounts", id);
    }

    /** Returns the message for a subject that is not known. */
    String missing() {
        return "no " + (isCluster ? "cluster" : "account") + " \"" + Outline.safe(id) + "\" is known";
    }
}
