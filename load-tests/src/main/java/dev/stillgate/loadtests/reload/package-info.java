/** Latency of requests while a large accounts file is reloaded. */
@NullMarked
package dev.stillgate.loadtests.reload;

import org.jspecify.annotations.NullMarked;
