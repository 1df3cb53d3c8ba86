/** The journal of operators' orders: on this gateway's disk and in the fleet's store. */
@org.jspecify.annotations.NullMarked
package dev.stillgate.proxy.orders;
