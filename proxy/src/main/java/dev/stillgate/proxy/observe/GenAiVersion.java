package dev.stillgate.proxy.observe;

/** Versions of OpenTelemetry's conventions for generative AI by whose names metrics are exported. */
public enum GenAiVersion {
    /** Semantic conventions up to 1.41: {@code gen_ai.server.*}. */
    LEGACY,
    /** GenAI conventions 0.1: {@code gen_ai.client.inference.*}. */
    V0_1
}
