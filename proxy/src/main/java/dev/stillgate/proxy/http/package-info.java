/**
 * HTTP/1.1 message syntax (RFC 9112) and the fields of both HTTP versions: strict parsing, framing and field rules.
 */
@NullMarked
package dev.stillgate.proxy.http;

import org.jspecify.annotations.NullMarked;
