/**
 * The binary framing of event streams on Amazon Bedrock: read incrementally as events of Messages, and written anew.
 */
@NullMarked
package dev.stillgate.proxy.dialect.frames;

import org.jspecify.annotations.NullMarked;
