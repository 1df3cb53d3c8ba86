/** Sends generated traffic to a running gateway, with time compressed. */
@NullMarked
package dev.stillgate.loadtests.campaign.drive;

import org.jspecify.annotations.NullMarked;
