/** Connections from clients: sockets, PROXY protocol, TLS, and the server side of HTTP/1.1 and HTTP/2. */
@NullMarked
package dev.stillgate.proxy.listen;

import org.jspecify.annotations.NullMarked;
