/** Words of streamed text: tokenizing, the vocabulary as a trie, and phrases over it. */
@NullMarked
package dev.stillgate.canary.text.word;

import org.jspecify.annotations.NullMarked;
