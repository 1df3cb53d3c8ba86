package dev.stillgate.loadtests.campaign.traffic;

import dev.stillgate.loadtests.campaign.client.Client;
import dev.stillgate.loadtests.campaign.wire.Conversation;
import dev.stillgate.loadtests.campaign.wire.Wire;
import dev.stillgate.loadtests.json.JsonBuffer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Writer of an exchange log, one line per exchange. Not thread-safe. */
public final class LogWriter implements Consumer<Exchange> {
    private final OutputStream out;
    private final JsonBuffer line = new JsonBuffer(1 << 16);
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
        Client client = exchange.account().client();
        line.fill(
                "{'ts':?,'account':?,'end':?,'connection':?,'http':?,'ip':?,'ja4':?,'headers':?",
                exchange.time(),
                exchange.account().id(),
                exchange.end(),
                exchange.connection(),
                client.http(),
                exchange.address(),
                client.ja4(),
                client.json());
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
