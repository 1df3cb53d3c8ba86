/** Accounts of the simulation: their client software, addresses and authors. */
@NullMarked
package dev.stillgate.loadtests.campaign.client;

import org.jspecify.annotations.NullMarked;
