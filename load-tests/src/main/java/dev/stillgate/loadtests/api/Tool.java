package dev.stillgate.loadtests.api;

import dev.stillgate.loadtests.json.JsonBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Definition of a tool that a client offers.
 *
 * @param parameters names of the parameters, which are required strings
 */
public record Tool(String name, String description, List<String> parameters) {

    JsonBuffer schema() {
        Map<String, Object> properties = new LinkedHashMap<>();
        parameters.forEach(parameter -> properties.put(parameter, Map.of("type", "string")));
        return JsonBuffer.of("{'type':'object','properties':?,'required':?}", properties, parameters);
    }
}
