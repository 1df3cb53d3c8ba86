package dev.stillgate.loadtests.report.format;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The load that a report names.
 *
 * @param url of the gateway
 * @param direct URL of the model itself, null if it got no requests of its own
 * @param model as asked for
 * @param arrivals the arrival process in words
 */
public record Load(
        String scenario,
        String url,
        @Nullable String direct,
        String model,
        String arrivals,
        long seed,
        Instant begun) {}
