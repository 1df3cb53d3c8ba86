/** Faults of upstreams and of the network in front of them, and their effect on clients. */
@NullMarked
package dev.stillgate.loadtests.faults;

import org.jspecify.annotations.NullMarked;
