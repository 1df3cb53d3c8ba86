/**
 * Request bodies of the three APIs: reads model, limits, messages and batches from JSON into the view that filters
 * see.
 */
@NullMarked
package dev.stillgate.proxy.dialect.request;

import org.jspecify.annotations.NullMarked;
