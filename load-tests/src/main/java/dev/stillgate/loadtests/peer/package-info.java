/** Clients and servers of HTTP on plain sockets, which may violate the protocol. */
@NullMarked
package dev.stillgate.loadtests.peer;

import org.jspecify.annotations.NullMarked;
