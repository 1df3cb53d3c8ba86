/** Files that an operator names: their text, the keys and certificates in them, and the reason when one cannot be used. */
@NullMarked
package dev.stillgate.proxy.files;

import org.jspecify.annotations.NullMarked;
