/** Closed loop on an exchange log: its clients and campaigns react to refusals. */
@NullMarked
package dev.stillgate.loadtests.campaign.logged;

import org.jspecify.annotations.NullMarked;
