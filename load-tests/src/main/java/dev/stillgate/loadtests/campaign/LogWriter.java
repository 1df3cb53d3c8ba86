package dev.stillgate.loadtests.campaign;

import dev.stillgate.loadtests.campaign.wire.Conversation;
import dev.stillgate.loadtests.campaign.wire.JsonBuffer;
import dev.stillgate.loadtests.campaign.wire.Wire;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Writes exchanges as lines of an exchange log. */
public final class LogWriter implements Consumer<Exchange> {
    private final OutputStream out;
    private final JsonBuffer line = new JsonBuffer(1 << 16);
    private final Map<String, Long> lines = new TreeMap<>();
    private long written;

    /** Writes to a stream, which it does not close. */
    public LogWriter(OutputStream out) {
        this.out = out;
    }

    /** Returns how many lines each label has. */
    public Map<String, Long> lines() {
        return lines;
    }

    /** Returns how many bytes were written. */
    public long written() {
        return written;
    }

    @Override
    public void accept(Exchange exchange) {
        line.clear();
        write(exchange);
        line.raw("\n");
        lines.merge(exchange.label(), 1L, Long::sum);
        written += line.length();
        try {
            out.write(line.bytes(), 0, line.length());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(Exchange exchange) {
        Conversation conversation = exchange.conversation();
        Wire wire = conversation.wire();
        line.raw("{\"ts\":").number(exchange.time());
        line.raw(",\"account\":\"").raw(exchange.account().id());
        line.raw("\",\"end\":").number(exchange.end());
        line.raw(",\"connection\":\"").raw(exchange.connection());
        line.raw("\",\"http\":\"").raw(exchange.account().client().http());
        line.raw("\",\"ip\":\"").raw(exchange.address());
        line.raw("\",\"ja4\":\"").raw(exchange.account().client().ja4());
        line.raw("\",\"headers\":").raw(exchange.account().client().json());
        line.raw(",\"path\":\"").raw(wire.path()).raw("\",\"request\":");
        wire.request(line, conversation, exchange.sampling());
        line.raw(",\"status\":").number(exchange.status()).raw(",\"response\":");
        if (exchange.status() == 200) {
            wire.response(line, exchange.reply(), exchange.sampling(), conversation.tokens(), exchange.end() / 1000);
        } else {
            wire.error(line, exchange.status());
        }
        line.raw(",\"label\":\"").raw(exchange.label()).raw("\"}");
    }
}
