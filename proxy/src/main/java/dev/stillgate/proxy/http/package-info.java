/**
 * Strict parsing of HTTP/1.1 messages (RFC 9112): heads, body framing and the chunked coding; the header fields that
 * the gateway knows; conversion of HTTP/2 field sections (RFC 9113 section 8) to HTTP/1.1 heads. No I/O and no
 * connection state.
 */
@NullMarked
package dev.stillgate.proxy.http;

import org.jspecify.annotations.NullMarked;
