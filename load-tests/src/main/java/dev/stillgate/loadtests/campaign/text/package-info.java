/** Conversations of people and programs with a model, written by grammars. */
@NullMarked
package dev.stillgate.loadtests.campaign.text;

import org.jspecify.annotations.NullMarked;
