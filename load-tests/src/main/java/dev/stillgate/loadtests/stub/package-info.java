/** The stub model: a small server that answers like Anthropic and OpenAI, and fails on request. */
@NullMarked
package dev.stillgate.loadtests.stub;

import org.jspecify.annotations.NullMarked;
