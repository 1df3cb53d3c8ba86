package dev.stillgate.loadtests.campaign;

import dev.stillgate.loadtests.api.Wire;
import dev.stillgate.loadtests.api.Wires;
import dev.stillgate.loadtests.campaign.traffic.SimulatedExchange;
import dev.stillgate.loadtests.json.JsonBuffer;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;

/**
 * An exchange in HTTP: the request of the client and the response of the simulated model.
 *
 * @param number id by which the model finds the response
 */
record LiveCall(long number, String account, String label, HttpRequest request, JsonBuffer response, int status) {
    /** Header field with the number of the exchange. */
    static final String NUMBER = "x-campaign-exchange";

    private static final Set<String> SET_BY_CLIENT = Set.of("host", "connection", "content-length");
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    /** Formats an exchange. The request does not ask for a stream, which the simulated model cannot send. */
    static LiveCall of(long number, SimulatedExchange exchange, URI gateway) {
        JsonBuffer body = new JsonBuffer(4096);
        Wire wire = exchange.conversation().wire();
        wire.request(body, exchange.conversation(), exchange.sampling().unstreamed());
        HttpRequest.Builder request =
                HttpRequest.newBuilder(gateway.resolve(wire.path())).timeout(TIMEOUT);
        for (String[] field : exchange.account().client().headers()) {
            if (!SET_BY_CLIENT.contains(field[0].toLowerCase(Locale.ROOT))) {
                request.header(field[0], field[1]);
            }
        }
        String key = key(exchange.account().id());
        if (wire.equals(Wires.MESSAGES)) {
            request.header("x-api-key", key);
        } else {
            request.header("authorization", "Bearer " + key);
        }
        request.header("x-forwarded-for", exchange.address());
        request.header(NUMBER, Long.toString(number));
        request.POST(HttpRequest.BodyPublishers.ofByteArray(body.copy()));
        JsonBuffer response = new JsonBuffer(4096);
        if (exchange.status() == 200) {
            int input = exchange.conversation().tokens();
            wire.response(response, exchange.reply(), exchange.sampling(), input, exchange.end() / 1000);
        } else {
            wire.error(response, exchange.status());
        }
        return new LiveCall(
                number, exchange.account().id(), exchange.label(), request.build(), response, exchange.status());
    }

    /** Returns the API key of an account. */
    static String key(String account) {
        return "sk-" + account;
    }
}
