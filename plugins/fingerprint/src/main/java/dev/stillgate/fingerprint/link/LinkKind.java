package dev.stillgate.fingerprint.link;

/** Kind of a link between accounts. The kind decides which standings the link justifies. */
public enum LinkKind {
    /** Evidence whose null hypothesis the gateway has randomised itself. It justifies pooling. */
    EXACT,
    /** A registration fact from the operator's file. It justifies pooling if the policy names it as decisive. */
    FACT,
    /** Evidence from registration times. It never justifies pooling. */
    BOUNDED
}
