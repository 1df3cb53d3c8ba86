/** Honest customers of many kinds. */
@NullMarked
package dev.stillgate.loadtests.campaign.honest;

import org.jspecify.annotations.NullMarked;
