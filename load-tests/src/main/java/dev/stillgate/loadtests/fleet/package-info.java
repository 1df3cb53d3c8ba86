/** A fleet of gateways under load while its store is killed and stopped. */
@NullMarked
package dev.stillgate.loadtests.fleet;

import org.jspecify.annotations.NullMarked;
