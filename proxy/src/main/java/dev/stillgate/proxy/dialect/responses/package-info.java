/** The Responses API of OpenAI, and the errors of all its APIs. */
@NullMarked
package dev.stillgate.proxy.dialect.responses;

import org.jspecify.annotations.NullMarked;
