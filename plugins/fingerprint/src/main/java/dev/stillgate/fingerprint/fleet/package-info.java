/** Exchange of observations and standings between the gateways of a fleet. */
@NullMarked
package dev.stillgate.fingerprint.fleet;

import org.jspecify.annotations.NullMarked;
