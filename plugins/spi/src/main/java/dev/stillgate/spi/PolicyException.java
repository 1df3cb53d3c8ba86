package dev.stillgate.spi;

/** A policy that cannot be carried out, with the key at which it fails. */
public final class PolicyException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final String at;

    /**
     * A failure at a key.
     *
     * @param at the path of the key below {@code config}, such as {@code databases.country} or {@code limits[2].refill};
     *     empty for the whole
     * @param message what is wrong and what was expected
     */
    public PolicyException(String at, String message) {
        super(message);
        this.at = at;
    }

    public String at() {
        return at;
    }
}
