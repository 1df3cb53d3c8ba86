/** Random draws and the processes in time that are made of them. */
@NullMarked
package dev.stillgate.loadtests.campaign.draw;

import org.jspecify.annotations.NullMarked;
