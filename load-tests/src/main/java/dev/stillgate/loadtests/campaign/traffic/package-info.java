/** Accounts of honest customers and campaigns, and the traffic that they send. */
@NullMarked
package dev.stillgate.loadtests.campaign.traffic;

import org.jspecify.annotations.NullMarked;
