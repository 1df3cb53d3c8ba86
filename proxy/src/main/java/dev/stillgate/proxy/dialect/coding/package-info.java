/** Content codings and media types: bounded decoding of gzip, Brotli and Zstandard, and multipart bodies. */
@NullMarked
package dev.stillgate.proxy.dialect.coding;

import org.jspecify.annotations.NullMarked;
