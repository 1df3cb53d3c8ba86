package dev.stillgate.loadtests.campaign.drive;

import dev.stillgate.loadtests.campaign.Exchange;
import dev.stillgate.loadtests.campaign.wire.JsonBuffer;
import dev.stillgate.loadtests.campaign.wire.Wire;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;

/**
 * An exchange made ready to be sent: the request as a client sends it, and the answer that the model gives to it.
 *
 * @param number under which the model finds the answer
 */
record LiveCall(long number, String label, HttpRequest request, JsonBuffer answer, int status) {
    /** The header by which the model finds the answer. */
    static final String NUMBER = "x-campaign-exchange";

    private static final Set<String> NOT_OURS = Set.of("host", "connection", "content-length");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Writes an exchange out, at once; answers are asked for in one piece, which the played model can give. */
    static LiveCall of(long number, Exchange exchange, URI gateway) {
        JsonBuffer body = new JsonBuffer(4096);
        Wire wire = exchange.conversation().wire();
        wire.request(body, exchange.conversation(), exchange.sampling().unstreamed());
        HttpRequest.Builder request =
                HttpRequest.newBuilder(gateway.resolve(wire.path())).timeout(PATIENCE);
        for (String[] field : exchange.account().client().headers()) {
            if (!NOT_OURS.contains(field[0].toLowerCase(Locale.ROOT))) {
                request.header(field[0], field[1]);
            }
        }
        String key = key(exchange.account().id());
        if (wire == Wire.MESSAGES) {
            request.header("x-api-key", key);
        } else {
            request.header("authorization", "Bearer " + key);
        }
        request.header("x-forwarded-for", exchange.address());
        request.header(NUMBER, Long.toString(number));
        request.POST(HttpRequest.BodyPublishers.ofByteArray(body.copy()));
        JsonBuffer answer = new JsonBuffer(4096);
        if (exchange.status() == 200) {
            int input = exchange.conversation().tokens();
            wire.response(answer, exchange.reply(), exchange.sampling(), input, exchange.end() / 1000);
        } else {
            wire.error(answer, exchange.status());
        }
        return new LiveCall(number, exchange.label(), request.build(), answer, exchange.status());
    }

    /** Returns the API key of an account. */
    static String key(String account) {
        return "sk-" + account;
    }
}
