/** Simulator of honest customers and campaigns, and its outputs: a log, a closed loop, traffic for a gateway. */
@NullMarked
package dev.stillgate.loadtests.campaign;

import org.jspecify.annotations.NullMarked;
