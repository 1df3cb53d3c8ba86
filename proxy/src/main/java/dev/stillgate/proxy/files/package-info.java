/** Operator-supplied files: PEM keys and certificates, writability checks, and readable reasons for failures. */
@NullMarked
package dev.stillgate.proxy.files;

import org.jspecify.annotations.NullMarked;
