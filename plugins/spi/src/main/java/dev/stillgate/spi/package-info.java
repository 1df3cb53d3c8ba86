/**
 * The interface between the gateway and its filters: implement {@link dev.stillgate.spi.FilterFactory} and one or more
 * {@link dev.stillgate.spi.Filter} phases, and register the factory for {@link java.util.ServiceLoader}.
 */
@NullMarked
package dev.stillgate.spi;

import org.jspecify.annotations.NullMarked;
