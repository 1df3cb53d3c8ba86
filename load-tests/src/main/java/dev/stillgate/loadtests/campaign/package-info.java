/** A seeded simulator of honest customers and of campaigns, whose traffic is written as exchange logs or sent live. */
@NullMarked
package dev.stillgate.loadtests.campaign;

import org.jspecify.annotations.NullMarked;
