/** Keys: which form is written where, derived from a master secret. */
@NullMarked
package dev.stillgate.canary.key;

import org.jspecify.annotations.NullMarked;
