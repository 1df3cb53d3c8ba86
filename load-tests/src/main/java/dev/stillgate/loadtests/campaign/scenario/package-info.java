/** Named scenarios and the simulation of one. */
@NullMarked
package dev.stillgate.loadtests.campaign.scenario;

import org.jspecify.annotations.NullMarked;
