/**
 * The dialects of the model APIs (Anthropic Messages, OpenAI Chat Completions, OpenAI Responses): which path asks for
 * what, the request as the model reads it, the usage that an answer reports, and the shape of every refusal. Works on
 * byte arrays only and knows nothing of sockets.
 */
@NullMarked
package dev.stillgate.proxy.dialect;

import org.jspecify.annotations.NullMarked;
