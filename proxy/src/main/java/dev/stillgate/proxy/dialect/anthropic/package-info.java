/** Messages and Message Batches of Anthropic, also on Vertex AI and Amazon Bedrock. */
@NullMarked
package dev.stillgate.proxy.dialect.anthropic;

import org.jspecify.annotations.NullMarked;
