package dev.stillgate.proxy.chain;

import dev.stillgate.spi.ResponseTap;
import org.jspecify.annotations.Nullable;

/**
 * How to forward a response: the filters' {@link ResponseTap}s combined.
 *
 * @param prose the tap that the response's prose passes through, including taps of filters in shadow; null for none
 * @param edits whether {@code prose} may change the text; false if all of its filters are in shadow
 */
public record ForwardedTap(ResponseTap.@Nullable Prose prose, boolean edits) {
    /** Forwards the response unchanged. */
    public static final ForwardedTap NONE = new ForwardedTap(null, false);
}
