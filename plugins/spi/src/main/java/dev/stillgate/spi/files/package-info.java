/** Files that are replaced whole, and digests of their content. */
@org.jspecify.annotations.NullMarked
package dev.stillgate.spi.files;
