/**
 * Strict JSON (RFC 8259) for the request path: one-pass parsing to a tape, strings, numbers, and caches of names and
 * texts.
 */
@NullMarked
package dev.stillgate.proxy.json;

import org.jspecify.annotations.NullMarked;
