/**
 * The {@code token-bucket} filter: limits on requests, tokens and concurrency, decided in process without remote calls.
 */
@NullMarked
package dev.stillgate.tokenbucket;

import org.jspecify.annotations.NullMarked;
