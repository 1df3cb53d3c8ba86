package dev.stillgate.loadtests.campaign.wire;

import java.util.List;

/**
 * A tool that a caller offers.
 *
 * @param parameters names of its parameters, all of them required texts
 */
public record Tool(String name, String description, List<String> parameters) {

    void schema(JsonBuffer out) {
        out.raw("{\"type\":\"object\",\"properties\":{");
        for (int i = 0; i < parameters.size(); i++) {
            out.raw(i == 0 ? "" : ",").string(parameters.get(i)).raw(":{\"type\":\"string\"}");
        }
        out.raw("},\"required\":[");
        for (int i = 0; i < parameters.size(); i++) {
            out.raw(i == 0 ? "" : ",").string(parameters.get(i));
        }
        out.raw("]}");
    }
}
