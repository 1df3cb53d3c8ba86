/** The amounts charged for an exchange: estimated before it is forwarded, settled when it is over. */
@NullMarked
package dev.stillgate.tokenbucket.charge;

import org.jspecify.annotations.NullMarked;
