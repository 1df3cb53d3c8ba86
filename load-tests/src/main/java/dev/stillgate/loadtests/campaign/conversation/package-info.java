/** Conversations of people and programs with a model, turn by turn. */
@NullMarked
package dev.stillgate.loadtests.campaign.conversation;

import org.jspecify.annotations.NullMarked;
