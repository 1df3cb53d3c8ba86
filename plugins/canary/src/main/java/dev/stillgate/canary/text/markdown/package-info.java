/** Detection of prose in streamed Markdown: block structure and inline spans. */
@NullMarked
package dev.stillgate.canary.text.markdown;

import org.jspecify.annotations.NullMarked;
