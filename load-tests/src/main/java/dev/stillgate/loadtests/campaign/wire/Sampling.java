package dev.stillgate.loadtests.campaign.wire;

import dev.stillgate.loadtests.json.JsonBuffer;

/**
 * Request parameters other than the prompt.
 *
 * @param maxTokens 0 for none
 * @param temperature negative for none
 * @param n number of choices, for Chat Completions only
 */
public record Sampling(
        String model, int maxTokens, double temperature, boolean stream, boolean thinking, boolean json, int n) {

    /** Returns a copy with another model. */
    public Sampling withModel(String other) {
        return new Sampling(other, maxTokens, temperature, stream, thinking, json, n);
    }

    /** Returns a copy without streaming. */
    public Sampling unstreamed() {
        return new Sampling(model, maxTokens, temperature, false, thinking, json, n);
    }

    /** Writes the opening brace and the parameters that all APIs have. */
    void common(JsonBuffer out, String maxTokensName) {
        out.fill("{'model':?", model);
        out.fill(maxTokens > 0 ? ",?:?" : "", maxTokensName, maxTokens);
        out.fill(temperature >= 0 ? ",'temperature':?" : "", temperature);
        out.fill(stream ? ",'stream':true" : "");
    }
}
