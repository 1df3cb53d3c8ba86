package dev.stillgate.spi;

/**
 * Reason of a refusal by {@code geo-restriction}, stored in the slot {@link #SLOT_LABEL} for the access log and the
 * admin. In shadow mode it is stored for addresses that would have been refused.
 *
 * @param facts the entries of the databases for the address
 * @param databases the databases used, each with type and build date, separated by {@code ", "}
 */
public record GeoRefusal(GeoFacts facts, String databases) {
    /** The label of the slot that holds the refusal of an exchange. */
    public static final String SLOT_LABEL = "geo.refusal";
}
