/** Tests of candidate groups on the traffic that followed their selection. */
@NullMarked
package dev.stillgate.fingerprint.holdout;

import org.jspecify.annotations.NullMarked;
