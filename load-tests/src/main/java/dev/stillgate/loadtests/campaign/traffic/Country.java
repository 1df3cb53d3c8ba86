package dev.stillgate.loadtests.campaign.traffic;

import dev.stillgate.loadtests.random.Dice;
import java.util.List;

/**
 * A country with the language and time zone of its customers.
 *
 * @param zone hours east of Greenwich
 * @param weight share of customers
 */
public record Country(String code, String language, double zone, double weight) {
    private static final List<Country> ALL = List.of(
            new Country("US", "en", -6, 26),
            new Country("CA", "en", -5, 4),
            new Country("GB", "en", 0, 8),
            new Country("AU", "en", 10, 3),
            new Country("IN", "en", 5.5, 12),
            new Country("NL", "en", 1, 3),
            new Country("SE", "en", 1, 2),
            new Country("SG", "en", 8, 2),
            new Country("NG", "en", 1, 2),
            new Country("ZA", "en", 2, 1),
            new Country("PH", "en", 8, 2),
            new Country("ID", "en", 7, 2),
            new Country("PL", "en", 1, 2),
            new Country("DE", "de", 1, 7),
            new Country("FR", "fr", 1, 5),
            new Country("ES", "es", 1, 3),
            new Country("MX", "es", -6, 3),
            new Country("CO", "es", -5, 1),
            new Country("AR", "es", -3, 2),
            new Country("BR", "pt", -3, 6),
            new Country("PT", "pt", 0, 1),
            new Country("IT", "it", 1, 3),
            new Country("JP", "ja", 9, 5),
            new Country("TW", "zh", 8, 2),
            new Country("HK", "zh", 8, 1),
            new Country("UA", "ru", 2, 1));

    /** Draws a country by its number of customers. */
    public static Country any(Dice dice) {
        return ALL.get(dice.weighted(ALL.stream().mapToDouble(Country::weight).toArray()));
    }

    /** Draws a country where English is used at work. */
    public static Country english(Dice dice) {
        Country country = any(dice);
        return country.language.equals("en") ? country : english(dice);
    }

    /** Draws a country with another language. */
    public static Country other(Dice dice) {
        Country country = any(dice);
        return country.language.equals("en") ? other(dice) : country;
    }
}
