package dev.stillgate.loadtests.campaign;

import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What {@code generate} was told.
 *
 * @param honest accounts, or -1 for the scenario's own number
 * @param days or -1 for the scenario's own
 * @param scale of the campaigns' accounts
 * @param name of the files
 * @param after report of a backtest of the same run, whose blocked accounts are replaced
 * @param replaceAt the standing at which a campaign gives an account up
 */
record GenerateOptions(
        long seed,
        int days,
        int honest,
        String scenario,
        double scale,
        Path out,
        @Nullable String name,
        boolean gzip,
        @Nullable Path after,
        String replaceAt) {
    private static final GenerateOptions DEFAULT =
            new GenerateOptions(1, -1, -1, "default", 1, Path.of("."), null, true, null, "blocked");

    /** Reads arguments; throws {@link IllegalArgumentException} naming the one that is wrong. */
    static GenerateOptions parse(String[] args, int from) {
        GenerateOptions options = DEFAULT;
        for (int i = from; i < args.length; i += 2) {
            if (i + 1 == args.length) {
                throw new IllegalArgumentException(args[i] + " needs a value");
            }
            options = options.with(args[i], args[i + 1]);
        }
        return options;
    }

    private GenerateOptions with(String option, String value) {
        return switch (option) {
            case "--seed" ->
                new GenerateOptions(
                        whole(option, value), days, honest, scenario, scale, out, name, gzip, after, replaceAt);
            case "--days" ->
                new GenerateOptions(
                        seed, count(option, value, 1), honest, scenario, scale, out, name, gzip, after, replaceAt);
            case "--honest" ->
                new GenerateOptions(
                        seed, days, count(option, value, 0), scenario, scale, out, name, gzip, after, replaceAt);
            case "--scenario" ->
                new GenerateOptions(seed, days, honest, value, scale, out, name, gzip, after, replaceAt);
            case "--scale" ->
                new GenerateOptions(seed, days, honest, scenario, factor(value), out, name, gzip, after, replaceAt);
            case "--out" ->
                new GenerateOptions(seed, days, honest, scenario, scale, Path.of(value), name, gzip, after, replaceAt);
            case "--name" ->
                new GenerateOptions(seed, days, honest, scenario, scale, out, value, gzip, after, replaceAt);
            case "--gzip" ->
                new GenerateOptions(
                        seed, days, honest, scenario, scale, out, name, value.equals("yes"), after, replaceAt);
            case "--after" ->
                new GenerateOptions(seed, days, honest, scenario, scale, out, name, gzip, Path.of(value), replaceAt);
            case "--replace-at" ->
                new GenerateOptions(
                        seed, days, honest, scenario, scale, out, name, gzip, after, value.toLowerCase(Locale.ROOT));
            default -> throw new IllegalArgumentException("unknown: " + option);
        };
    }

    private static long whole(String option, String value) {
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(option + ": expected a whole number, found " + value, e);
        }
    }

    private static int count(String option, String value, int least) {
        long count = whole(option, value);
        if (count < least || count > 10_000_000) {
            throw new IllegalArgumentException(option + ": expected " + least + " to 10,000,000, found " + value);
        }
        return (int) count;
    }

    private static double factor(String value) {
        double factor;
        try {
            factor = Double.parseDouble(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("--scale: expected a number, found " + value, e);
        }
        if (!(factor > 0 && factor <= 1000)) {
            throw new IllegalArgumentException("--scale: expected more than 0 and at most 1000, found " + value);
        }
        return factor;
    }

    /** Returns the stem of the files' names. */
    String stem() {
        return name != null ? name : scenario + "-" + seed;
    }
}
