/** HTTP/2 frames, flow control and field sections (RFC 9113, RFC 7541), shared by the client and the upstream side. */
@NullMarked
package dev.stillgate.proxy.http2;

import org.jspecify.annotations.NullMarked;
