/**
 * Connections from clients: listening sockets, PROXY protocol, TLS with client certificates and JA4 fingerprints, the
 * server side of HTTP/1.1 and HTTP/2, and their timeouts. Each request becomes an exchange of {@code
 * dev.stillgate.proxy.exchange}.
 */
@NullMarked
package dev.stillgate.proxy.listen;

import org.jspecify.annotations.NullMarked;
