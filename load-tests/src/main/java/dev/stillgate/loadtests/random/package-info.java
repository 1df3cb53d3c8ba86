/** Deterministic random draws and arrival processes. */
@NullMarked
package dev.stillgate.loadtests.random;

import org.jspecify.annotations.NullMarked;
