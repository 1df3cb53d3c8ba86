package dev.stillgate.loadtests.campaign.people;

import dev.stillgate.loadtests.campaign.wire.JsonBuffer;
import dev.stillgate.loadtests.campaign.wire.Wire;
import java.util.List;

/**
 * The client software of an account, as it looks on the wire.
 *
 * @param headers name and value of each field as it is sent
 * @param json the same as the exchange log has it
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

    /** Returns the same claims over the TLS of the program that is really used. */
    public Client over(Client truth) {
        return new Client(kind, wire, truth.ja4, http, headers, json);
    }
}
