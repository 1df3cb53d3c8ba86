/** The {@code token-bucket} filter: how many requests an account may make, in process and without a remote call. */
@NullMarked
package dev.stillgate.tokenbucket;

import org.jspecify.annotations.NullMarked;
