/**
 * Incremental editing of the prose in a response: finds the assistant's text in JSON bodies and SSE events, and lets
 * filters rewrite it.
 */
@NullMarked
package dev.stillgate.proxy.dialect.prose;

import org.jspecify.annotations.NullMarked;
