package dev.stillgate.loadtests.report.format;

import dev.stillgate.loadtests.report.figure.Figures;
import dev.stillgate.loadtests.report.figure.OwnShare;
import org.jspecify.annotations.Nullable;

/**
 * One run for a report.
 *
 * @param direct the same arrivals straight to the model, null without them
 * @param share null without {@code direct}
 */
public record Run(
        Load load,
        Figures figures,
        @Nullable Figures direct,
        @Nullable OwnShare share) {}
