/** Campaigns that harvest a model's answers through many accounts. */
@NullMarked
package dev.stillgate.loadtests.campaign.harvest;

import org.jspecify.annotations.NullMarked;
