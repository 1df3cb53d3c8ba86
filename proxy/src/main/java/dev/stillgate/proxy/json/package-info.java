/**
 * Strict JSON (RFC 8259) for the request path: a one-pass parser with a flat result, string and number decoding, and
 * caches of names and texts.
 */
@NullMarked
package dev.stillgate.proxy.json;

import org.jspecify.annotations.NullMarked;
