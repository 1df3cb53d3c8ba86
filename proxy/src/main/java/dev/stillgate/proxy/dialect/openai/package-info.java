/** Chat Completions, files, batches and inputs of OpenAI. */
@NullMarked
package dev.stillgate.proxy.dialect.openai;

import org.jspecify.annotations.NullMarked;
