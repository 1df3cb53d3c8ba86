/** Extraction campaigns: one operator collects model responses through many accounts. */
@NullMarked
package dev.stillgate.loadtests.campaign.attack;

import org.jspecify.annotations.NullMarked;
