/**
 * HTTP/2 as both sides of a connection need it (RFC 9113, RFC 7541): reading and writing frames, flow control, field
 * sections, and limits against abuse.
 */
@NullMarked
package dev.stillgate.proxy.http2;

import org.jspecify.annotations.NullMarked;
