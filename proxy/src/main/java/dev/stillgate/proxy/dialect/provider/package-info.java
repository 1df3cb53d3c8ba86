/** What the folder of a provider's API contains, and what it is told. */
@NullMarked
package dev.stillgate.proxy.dialect.provider;

import org.jspecify.annotations.NullMarked;
