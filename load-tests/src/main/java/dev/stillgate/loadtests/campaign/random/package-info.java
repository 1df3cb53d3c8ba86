/** Deterministic random draws and arrival processes. */
@NullMarked
package dev.stillgate.loadtests.campaign.random;

import org.jspecify.annotations.NullMarked;
