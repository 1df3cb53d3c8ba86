package dev.stillgate.loadtests.campaign.wire;

/**
 * What a caller asks for beside the prompt.
 *
 * @param temperature negative when it is not given
 * @param n how many answers at once; only Chat Completions has it
 */
public record Sampling(
        String model, int maxTokens, double temperature, boolean stream, boolean thinking, boolean json, int n) {

    /** Returns the same for another model. */
    public Sampling withModel(String other) {
        return new Sampling(other, maxTokens, temperature, stream, thinking, json, n);
    }

    /** Returns the same with the answer in one piece. */
    public Sampling unstreamed() {
        return new Sampling(model, maxTokens, temperature, false, thinking, json, n);
    }

    void common(JsonBuffer out, String maxTokensName) {
        out.raw("{\"model\":").string(model);
        if (maxTokens > 0) {
            out.raw(",\"").raw(maxTokensName).raw("\":").number(maxTokens);
        }
        if (temperature >= 0) {
            out.raw(",\"temperature\":").raw(Double.toString(temperature));
        }
        if (stream) {
            out.raw(",\"stream\":true");
        }
    }
}
