package dev.stillgate.proxy.observe;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** The histograms of one label set by its label {@code error_type}; those of errors appear with the first. */
final class ByError {
    /** Values of the label {@code error_type}; the first is that of a success. */
    static final List<String> LABELS = List.of("", "4xx", "5xx", "upstream_failed", "truncated", "downstream_gone");

    private final HistogramFamily family;
    private final String[] labels;
    private final AtomicReferenceArray<@Nullable FixedHistogram> byError = new AtomicReferenceArray<>(LABELS.size());

    ByError(HistogramFamily family, String... labels) {
        this.family = family;
        this.labels = labels;
        of(0);
    }

    /** Returns the histogram of an error by its index in {@link #LABELS}. */
    FixedHistogram of(int error) {
        FixedHistogram existing = byError.get(error);
        return existing == null ? added(error) : existing;
    }

    private synchronized FixedHistogram added(int error) {
        FixedHistogram existing = byError.get(error);
        if (existing == null) {
            existing = family.with(and(labels, "error_type", LABELS.get(error)));
            byError.set(error, existing);
        }
        return existing;
    }

    /** Returns labels with another one at the end. */
    static String[] and(String[] labels, String label, String value) {
        String[] more = Arrays.copyOf(labels, labels.length + 2);
        more[labels.length] = label;
        more[labels.length + 1] = value;
        return more;
    }
}
