package dev.stillgate.loadtests.api;

/**
 * A tool call in a response.
 *
 * @param arguments a JSON object
 */
public record ToolCall(String id, String name, String arguments) {}
