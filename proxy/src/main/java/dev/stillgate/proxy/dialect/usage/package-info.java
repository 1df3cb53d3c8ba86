/**
 * Responses of the three APIs: reads token usage and marked content as the bytes pass, without holding the response.
 */
@NullMarked
package dev.stillgate.proxy.dialect.usage;

import org.jspecify.annotations.NullMarked;
