package dev.stillgate.proxy.config;

/** The setting {@code telemetry.genai}: by which names metrics about tokens and times are exported. */
public enum GenAiNames {
    LEGACY,
    V0_1,
    BOTH
}
