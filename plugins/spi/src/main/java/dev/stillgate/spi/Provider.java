package dev.stillgate.spi;

/** The provider whose API a path belongs to; determines the format of errors and rate-limit header fields. */
public enum Provider {
    ANTHROPIC,
    OPENAI,
    GOOGLE
}
