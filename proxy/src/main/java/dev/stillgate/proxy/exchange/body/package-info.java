/** Memory of request bodies: growing buffers, a process-wide budget, and counts per key. */
@NullMarked
package dev.stillgate.proxy.exchange.body;

import org.jspecify.annotations.NullMarked;
