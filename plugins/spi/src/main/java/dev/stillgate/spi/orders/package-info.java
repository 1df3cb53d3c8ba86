/** Orders of operators: records of what people decided, and what follows from them. */
@org.jspecify.annotations.NullMarked
package dev.stillgate.spi.orders;
