/** The processing of an exchange, from the request head to the last byte of the response. */
@NullMarked
package dev.stillgate.proxy.exchange;

import org.jspecify.annotations.NullMarked;
