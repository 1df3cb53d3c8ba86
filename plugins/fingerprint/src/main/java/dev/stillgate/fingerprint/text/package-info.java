/** What a prompt's text tells of how it was made; no text is kept. */
@NullMarked
package dev.stillgate.fingerprint.text;

import org.jspecify.annotations.NullMarked;
