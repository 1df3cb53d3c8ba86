/** A gateway's leases of tokens from the buckets that the fleet shares. */
@NullMarked
package dev.stillgate.tokenbucket.lease;

import org.jspecify.annotations.NullMarked;
