package dev.stillgate.spi;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Fields of a response about answers that are fetched later than they were requested.
 *
 * @param background whether it is a background response of the Responses API
 * @param maxOutput the {@code max_output_tokens} of a background response; -1 if unknown
 * @param model the model of a background response; null if unknown
 * @param resultFiles the ids of files with the results or errors of batches
 */
public record DeferredResponse(
        boolean background, long maxOutput, @Nullable String model, List<String> resultFiles) {
    /** Nothing is said. */
    public static final DeferredResponse NONE = new DeferredResponse(false, -1, null, List.of());
}
