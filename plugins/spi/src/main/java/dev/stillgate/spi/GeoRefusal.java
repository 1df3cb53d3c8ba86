package dev.stillgate.spi;

/**
 * What {@code geo-restriction} knew of an address that it refused; left under {@link #SLOT_LABEL} for the access log and the
 * admin. In shadow mode it is left for an address that would have been refused.
 *
 * @param facts what the databases say of the address
 * @param databases the databases that were asked, each with its type and the day of its build, separated by {@code ", "}
 */
public record GeoRefusal(GeoFacts facts, String databases) {
    /** The label of the slot that holds the refusal of an exchange. */
    public static final String SLOT_LABEL = "geo.refusal";
}
