package dev.stillgate.loadtests.campaign.traffic;

import dev.stillgate.loadtests.api.ModelConversation;
import dev.stillgate.loadtests.api.Wire;
import dev.stillgate.loadtests.json.JsonBuffer;

/** Formatter of an exchange as a line of the exchange log. Reusable; not thread-safe. */
public final class ExchangeLine {
    private final JsonBuffer line = new JsonBuffer(1 << 16);

    /** Returns the line of an exchange without its line terminator, valid until the next call. */
    public JsonBuffer of(SimulatedExchange exchange) {
        line.clear();
        ModelConversation conversation = exchange.conversation();
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
        return line.raw(",\"label\":\"").raw(exchange.label()).raw("\"}");
    }
}
