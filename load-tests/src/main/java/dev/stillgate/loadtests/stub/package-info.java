/** Stub model: a small server for the APIs of Anthropic and OpenAI that fails on request. */
@NullMarked
package dev.stillgate.loadtests.stub;

import org.jspecify.annotations.NullMarked;
