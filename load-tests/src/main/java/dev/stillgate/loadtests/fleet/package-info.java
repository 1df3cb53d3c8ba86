/** The fleet under load: several gateways and a store that is killed and stopped while they serve. */
@NullMarked
package dev.stillgate.loadtests.fleet;

import org.jspecify.annotations.NullMarked;
