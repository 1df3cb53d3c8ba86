package dev.stillgate.proxy.observe;

/** A cloud that offers other makers' models, by its value of {@code gen_ai.provider.name}. */
public enum GenAiCloud {
    AWS_BEDROCK("aws.bedrock"),
    GCP_VERTEX_AI("gcp.vertex_ai");

    private final String label;

    GenAiCloud(String label) {
        this.label = label;
    }

    /** Returns the value of {@code gen_ai.provider.name}. */
    public String label() {
        return label;
    }
}
