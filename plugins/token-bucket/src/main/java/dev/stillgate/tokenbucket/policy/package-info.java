/** The policy of a token-bucket filter, and its limits as they apply to each owner, tier and standing. */
@NullMarked
package dev.stillgate.tokenbucket.policy;

import org.jspecify.annotations.NullMarked;
