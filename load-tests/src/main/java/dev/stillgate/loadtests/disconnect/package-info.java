/** Clients that disconnect before their response is complete, and the delay until the model notices. */
@NullMarked
package dev.stillgate.loadtests.disconnect;

import org.jspecify.annotations.NullMarked;
