/** Exchanges in order of time, and the exchange log they are written to. */
@NullMarked
package dev.stillgate.loadtests.campaign.traffic;

import org.jspecify.annotations.NullMarked;
