/** Interface of the folder of an API, and the errors and paths that it exchanges. */
@NullMarked
package dev.stillgate.proxy.dialect.provider;

import org.jspecify.annotations.NullMarked;
