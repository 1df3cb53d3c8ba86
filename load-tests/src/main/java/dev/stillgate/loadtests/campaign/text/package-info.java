/** Prompts and answers made of grammars. */
@NullMarked
package dev.stillgate.loadtests.campaign.text;

import org.jspecify.annotations.NullMarked;
