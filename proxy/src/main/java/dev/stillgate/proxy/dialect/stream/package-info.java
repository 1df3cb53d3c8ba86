/**
 * Readers of responses for all APIs: events, token usage, context hashes, and the edit of prose. The paths of an API's JSON
 * are in its own folder.
 */
@NullMarked
package dev.stillgate.proxy.dialect.stream;

import org.jspecify.annotations.NullMarked;
