/** Random traffic in which clients and upstreams break every rule, and the check that a gateway is as it was afterwards. */
@NullMarked
package dev.stillgate.loadtests.chaos;

import org.jspecify.annotations.NullMarked;
