package dev.stillgate.loadtests.campaign.text;

import dev.stillgate.loadtests.random.Dice;

/**
 * The context in which a text is generated.
 *
 * @param subject the thing the text is about
 */
public record TextScope(Dice dice, Topic topic, String subject, WritingStyle style) {}
