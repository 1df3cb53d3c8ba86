/** Open connections and streams, whose memory in a gateway is measured. */
@NullMarked
package dev.stillgate.loadtests.memory;

import org.jspecify.annotations.NullMarked;
