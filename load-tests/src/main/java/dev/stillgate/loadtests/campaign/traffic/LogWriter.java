package dev.stillgate.loadtests.campaign.traffic;

import dev.stillgate.loadtests.json.JsonBuffer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Writer of an exchange log, one line per exchange. Not thread-safe. */
public final class LogWriter implements Consumer<SimulatedExchange> {
    private final OutputStream out;
    private final ExchangeLine line = new ExchangeLine();
    private final Map<String, Long> lines = new TreeMap<>();
    private long written;

    /** @param out the target, which is not closed */
    public LogWriter(OutputStream out) {
        this.out = out;
    }

    /** Returns the number of lines by label. */
    public Map<String, Long> lines() {
        return lines;
    }

    /** Returns the number of bytes written. */
    public long written() {
        return written;
    }

    @Override
    public void accept(SimulatedExchange exchange) {
        JsonBuffer json = line.of(exchange).raw("\n");
        lines.merge(exchange.label(), 1L, Long::sum);
        written += json.length();
        try {
            out.write(json.bytes(), 0, json.length());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
