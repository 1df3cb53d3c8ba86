package dev.stillgate.proxy.dialect.stream;

import dev.stillgate.spi.DeferredResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects the fields of a {@link DeferredResponse}. Not thread-safe. */
public final class DeferredFields {
    /** The longest page of a list of files. */
    private static final int MOST_FILES = 10_000;

    private static final String RESULTS = "batch_output";

    private final List<String> resultFiles = new ArrayList<>();
    private boolean background;
    private long maxOutput = -1;
    private @Nullable String fileId;
    private @Nullable String purpose;

    public void reset() {
        resultFiles.clear();
        fileId = purpose = null;
        background = false;
        maxOutput = -1;
    }

    public void background(boolean value) {
        background = value;
    }

    public void maxOutput(long tokens) {
        maxOutput = tokens;
    }

    /** Takes a field of a batch or file. The purpose of a file may precede its id. */
    public void ofFile(ResponseField field, byte[] buf, int from, int to) {
        String value = new String(buf, from, to - from, StandardCharsets.UTF_8);
        switch (field) {
            case FILE_ID -> fileId = value;
            case FILE_PURPOSE -> purpose = value;
            default -> addResultFile(value);
        }
        if (fileId != null && purpose != null) {
            if (purpose.equals(RESULTS)) {
                addResultFile(fileId);
            }
            fileId = purpose = null;
        }
    }

    private void addResultFile(String file) {
        if (resultFiles.size() < MOST_FILES) {
            resultFiles.add(file);
        }
    }

    public DeferredResponse answer(@Nullable String model) {
        return background || !resultFiles.isEmpty()
                ? new DeferredResponse(background, maxOutput, model, List.copyOf(resultFiles))
                : DeferredResponse.NONE;
    }
}
