package dev.stillgate.loadtests.campaign.traffic;

import dev.stillgate.loadtests.api.Wire;
import dev.stillgate.loadtests.json.JsonBuffer;
import java.util.List;

/**
 * Client software of an account, as seen by a gateway.
 *
 * @param headers name and value of each header field
 * @param json the header fields in the format of the exchange log
 */
public record Client(String kind, Wire wire, String ja4, String http, List<String[]> headers, JsonBuffer json) {

    static Client of(String kind, Wire wire, String ja4, String http, List<String[]> headers) {
        JsonBuffer json = new JsonBuffer(1024).raw("[");
        for (int i = 0; i < headers.size(); i++) {
            json.raw(i == 0 ? "[" : ",[").string(headers.get(i)[0]).raw(",");
            json.string(headers.get(i)[1]).raw("]");
        }
        return new Client(kind, wire, ja4, http, headers, json.raw("]"));
    }

    /** Returns this client's header fields with the TLS fingerprint of another program. */
    public Client withTlsOf(Client other) {
        return new Client(kind, wire, other.ja4, http, headers, json);
    }
}
