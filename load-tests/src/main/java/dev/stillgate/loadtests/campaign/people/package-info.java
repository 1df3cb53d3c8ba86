/** Accounts: who they are, what client they use and where they ask from. */
@NullMarked
package dev.stillgate.loadtests.campaign.people;

import org.jspecify.annotations.NullMarked;
