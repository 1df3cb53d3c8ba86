/** Prompts and responses generated from grammars. */
@NullMarked
package dev.stillgate.loadtests.campaign.text;

import org.jspecify.annotations.NullMarked;
