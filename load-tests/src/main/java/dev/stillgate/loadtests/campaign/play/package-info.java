/** Closed loop: clients and campaigns against the real filters in virtual time, with an operator. */
@NullMarked
package dev.stillgate.loadtests.campaign.play;

import org.jspecify.annotations.NullMarked;
