package dev.stillgate.loadtests.campaign.text;

import dev.stillgate.loadtests.campaign.draw.Dice;

/**
 * What a text is about and who writes it, while it is written.
 *
 * @param subject what is meant by "it"
 */
public record Scope(Dice dice, Topic topic, String subject, Voice voice) {}
