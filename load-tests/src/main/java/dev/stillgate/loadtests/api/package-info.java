/** JSON of requests and responses in the providers' APIs. */
@NullMarked
package dev.stillgate.loadtests.api;

import org.jspecify.annotations.NullMarked;
