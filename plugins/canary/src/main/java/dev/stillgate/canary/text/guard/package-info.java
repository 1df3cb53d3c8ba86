/** Conditions under which a form counts as a site: its neighbours, the Markdown around it, the language of the text. */
@NullMarked
package dev.stillgate.canary.text.guard;

import org.jspecify.annotations.NullMarked;
