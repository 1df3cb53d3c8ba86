package dev.stillgate.loadtests.api;

import dev.stillgate.loadtests.json.JsonBuffer;

/**
 * Request parameters other than the prompt.
 *
 * @param maxTokens 0 for none
 * @param temperature negative for none
 */
public record RequestParameters(String model, int maxTokens, double temperature, boolean stream, boolean thinking) {

    /** Returns a copy with another model. */
    public RequestParameters withModel(String other) {
        return new RequestParameters(other, maxTokens, temperature, stream, thinking);
    }

    /** Returns a copy without streaming. */
    public RequestParameters unstreamed() {
        return new RequestParameters(model, maxTokens, temperature, false, thinking);
    }

    /** Writes the opening brace and the parameters that all APIs have. */
    void common(JsonBuffer out, String maxTokensName) {
        out.fill("{'model':?", model);
        out.fill(maxTokens > 0 ? ",?:?" : "", maxTokensName, maxTokens);
        out.fill(temperature >= 0 ? ",'temperature':?" : "", temperature);
        out.fill(stream ? ",'stream':true" : "");
    }
}
