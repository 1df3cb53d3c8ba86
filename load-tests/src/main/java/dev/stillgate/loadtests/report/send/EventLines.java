package dev.stillgate.loadtests.report.send;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Incremental parser of server-sent events that keeps the arrival time of each event's end. Not thread-safe. */
final class EventLines {
    private final ResponseFacts facts;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(512);
    private final StringBuilder data = new StringBuilder();
    private boolean hasData;
    private boolean afterReturn;

    EventLines(ResponseFacts facts) {
        this.facts = facts;
    }

    /**
     * Reads bytes of the stream.
     *
     * @param at their arrival, which becomes the time of each event that ends in them
     */
    void read(ByteBuffer bytes, long at) {
        while (bytes.hasRemaining()) {
            byte next = bytes.get();
            if (next == '\n' && afterReturn) {
                afterReturn = false;
            } else if (next == '\n' || next == '\r') {
                afterReturn = next == '\r';
                end(line.toString(StandardCharsets.UTF_8), at);
                line.reset();
            } else {
                afterReturn = false;
                line.write(next);
            }
        }
    }

    private void end(String text, long at) {
        if (text.isEmpty()) {
            if (hasData) {
                facts.event(data.toString(), at);
            }
            data.setLength(0);
            hasData = false;
        } else if (text.startsWith("data:")) {
            data.append(hasData ? "\n" : "").append(text, text.startsWith("data: ") ? 6 : 5, text.length());
            hasData = true;
        }
    }
}
