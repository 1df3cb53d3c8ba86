/** A fleet that is given operators' orders while everything fails, and a model of the orders that must survive. */
@NullMarked
package dev.stillgate.loadtests.orders;

import org.jspecify.annotations.NullMarked;
