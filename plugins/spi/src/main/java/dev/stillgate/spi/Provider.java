package dev.stillgate.spi;

/** The provider whose API a path belongs to; it decides the shape of errors and of rate-limit headers. */
public enum Provider {
    ANTHROPIC,
    OPENAI
}
