/**
 * Request body parsing for each dialect: model, limits, messages and batches as the {@link
 * dev.stillgate.spi.BodyView} that filters see.
 */
@NullMarked
package dev.stillgate.proxy.dialect.request;

import org.jspecify.annotations.NullMarked;
