package dev.stillgate.loadtests.campaign.wire;

/**
 * A tool that an answer wants to be run.
 *
 * @param arguments a JSON object
 */
public record ToolCall(String id, String name, String arguments) {}
