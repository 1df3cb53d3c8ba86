/** Random clients and upstreams that violate protocols, and a check that the gateway releases everything afterwards. */
@NullMarked
package dev.stillgate.loadtests.chaos;

import org.jspecify.annotations.NullMarked;
