package dev.stillgate.loadtests.campaign.text;

import dev.stillgate.loadtests.random.Dice;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Writing style of an account: names that only it uses, a greeting, lower case, typing errors. Thread-safe. */
public final class WritingStyle {
    private static final List<String> HEADS = List.of(
            "Ve", "Tar", "Lum", "Qui", "Sol", "Bran", "Ori", "Kel", "Mi", "Dra", "Fen", "Zu", "Hal", "Nor", "Pra",
            "Wex");
    private static final List<String> MIDDLES =
            List.of("lo", "ti", "ma", "re", "no", "vi", "da", "sse", "ko", "ru", "pe", "li", "xa", "", "");
    private static final List<String> TAILS = List.of(
            "ra", "kon", "dex", "ly", "nus", "mark", "via", "tek", "ron", "sy", "nia", "bo", "lane", "wyn", "grid");
    private static final List<String> GREETINGS =
            List.of("Hi, ", "Hello, ", "Hey, ", "Hi there! ", "Good morning. ", "Dear assistant, ");

    private final List<String> own;
    private final String greeting;
    private final double greets;
    private final boolean lower;
    private final boolean hasty;

    /** Draws a style. */
    public WritingStyle(Dice dice) {
        int names = dice.between(3, 8);
        List<String> drawn = new ArrayList<>(names);
        for (int i = 0; i < names; i++) {
            drawn.add(invent(dice));
        }
        this.own = List.copyOf(drawn);
        this.greeting = dice.pick(GREETINGS);
        this.greets = dice.chance(0.5) ? 0 : dice.unit() * 0.6;
        this.lower = dice.chance(0.25);
        this.hasty = dice.chance(0.2);
    }

    /** Draws an invented name. */
    public static String invent(Dice dice) {
        return dice.pick(HEADS) + dice.pick(MIDDLES) + dice.pick(TAILS);
    }

    /** Draws one of the names that only this account uses. */
    public String own(Dice dice) {
        return dice.pick(own);
    }

    /** Applies the style to a text; {@code greet} allows a greeting, which is English. */
    public void apply(Dice dice, StringBuilder text, boolean greet) {
        if (lower) {
            for (int i = 0; i < text.length(); i++) {
                text.setCharAt(i, Character.toLowerCase(text.charAt(i)));
            }
        }
        if (hasty && text.length() > 40) {
            for (int slips = text.length() / 120 + dice.below(2); slips > 0; slips--) {
                slip(dice, text);
            }
        }
        if (greet && greets > 0 && dice.chance(greets)) {
            text.insert(0, lower ? greeting.toLowerCase(Locale.ROOT) : greeting);
        }
    }

    private static void slip(Dice dice, StringBuilder text) {
        int at = 1 + dice.below(text.length() - 2);
        char a = text.charAt(at);
        char b = text.charAt(at + 1);
        if (a > ' ' && a < 0x80 && b > ' ' && b < 0x80 && Character.isLetter(a) && Character.isLetter(b)) {
            text.setCharAt(at, b);
            text.setCharAt(at + 1, a);
        }
    }
}
