/** The Gemini API of Google AI and Vertex AI. */
@NullMarked
package dev.stillgate.proxy.dialect.google;

import org.jspecify.annotations.NullMarked;
