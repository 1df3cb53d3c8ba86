/** Generated traffic sent live, with time compressed. */
@NullMarked
package dev.stillgate.loadtests.campaign.drive;

import org.jspecify.annotations.NullMarked;
