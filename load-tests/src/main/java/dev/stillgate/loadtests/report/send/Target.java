package dev.stillgate.loadtests.report.send;

import java.util.List;

/**
 * A server that gets requests.
 *
 * @param url without a slash at the end
 * @param keys API keys, used in turn
 */
public record Target(String url, List<String> keys) {}
