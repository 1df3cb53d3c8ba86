/**
 * JSON (RFC 8259). Requests are parsed strictly and in one pass into a flat {@link
 * dev.stillgate.proxy.json.JsonTape}. Responses are read in pieces by {@link dev.stillgate.proxy.json.JsonReader},
 * which reports the values at given paths. Beside them are string and number decoding, caches of names and texts, and the
 * {@link dev.stillgate.proxy.json.JsonWriter} of admin pages and reports.
 */
@NullMarked
package dev.stillgate.proxy.json;

import org.jspecify.annotations.NullMarked;
