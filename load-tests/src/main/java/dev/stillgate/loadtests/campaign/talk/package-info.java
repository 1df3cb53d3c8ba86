/** Conversations of people and of programs with a model, turn by turn. */
@NullMarked
package dev.stillgate.loadtests.campaign.talk;

import org.jspecify.annotations.NullMarked;
