package dev.stillgate.loadtests.canary;

import java.text.Normalizer;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An edit of marked text that tries to remove the mark without knowing the key or the table. */
enum Alteration {
    LOWERCASE("lowercase") {
        @Override
        String of(String text, Random random) {
            return text.toLowerCase(Locale.ROOT);
        }
    },
    NORMALISE("Unicode and whitespace") {
        @Override
        String of(String text, Random random) {
            return Normalizer.normalize(text, Normalizer.Form.NFKC)
                    .replaceAll("[‘’]", "'")
                    .replaceAll("[“”]", "\"")
                    .replaceAll("[–—]", "-")
                    .replaceAll("\\s+", " ");
        }
    },
    CONTRACTIONS("contractions written out") {
        @Override
        String of(String text, Random random) {
            String plain = text.replace('’', '\'')
                    .replaceAll("(?i)\\bcan't\\b", "cannot")
                    .replaceAll("(?i)\\bwon't\\b", "will not")
                    .replaceAll("(?i)\\blet's\\b", "let us")
                    .replaceAll("(?i)\\b(it|that|there|here|what|who|he|she|where|how)'s\\b", "$1 is");
            return plain.replaceAll("(?i)n't\\b", " not")
                    .replaceAll("(?i)'re\\b", " are")
                    .replaceAll("(?i)'ll\\b", " will")
                    .replaceAll("(?i)'ve\\b", " have")
                    .replaceAll("(?i)'m\\b", " am")
                    .replaceAll("(?i)\\b(i|you|he|she|we|they|it)'d\\b", "$1 would");
        }
    },
    MARKDOWN("Markdown stripped") {
        @Override
        String of(String text, Random random) {
            return text.replaceAll("(?m)^\\s{0,3}(#{1,6}|[-*+]|\\d+\\.|>)\\s+", "")
                    .replaceAll("\\*\\*|__|`+", "")
                    .replaceAll("\\[([^\\]]*)\\]\\([^)]*\\)", "$1");
        }
    },
    SERIAL_COMMA("serial commas removed") {
        @Override
        String of(String text, Random random) {
            return text.replaceAll(", (and|or) ", " $1 ");
        }
    },
    SYNONYMS("synonyms, half of the time") {
        @Override
        String of(String text, Random random) {
            Matcher matcher = WORD.matcher(text);
            StringBuilder altered = new StringBuilder();
            while (matcher.find()) {
                String other = SYNONYM.get(matcher.group());
                matcher.appendReplacement(altered, other == null || random.nextBoolean() ? matcher.group() : other);
            }
            return matcher.appendTail(altered).toString();
        }
    },
    HALF("half of the sentences dropped") {
        @Override
        String of(String text, Random random) {
            StringBuilder altered = new StringBuilder();
            for (String sentence : text.split("(?<=[.!?]\\s)|(?<=\n)", -1)) {
                altered.append(random.nextBoolean() ? sentence : "");
            }
            return altered.toString();
        }
    };

    private static final Pattern WORD = Pattern.compile("\\p{L}+");
    private static final Map<String, String> SYNONYM = new LinkedHashMap<>();

    static {
        String[] pairs = {
            "important significant",
            "help assist",
            "helps assists",
            "use utilize",
            "using utilizing",
            "show demonstrate",
            "big large",
            "small little",
            "quickly rapidly",
            "often frequently",
            "begin start",
            "many numerous",
            "crucial essential",
            "improve enhance",
            "various different",
            "get obtain",
            "make create",
            "need require",
            "typically usually",
            "generally commonly",
            "ensure guarantee",
            "allow permit",
            "several some",
            "however nevertheless",
            "therefore consequently",
            "thus consequently",
            "additionally furthermore",
            "especially notably",
            "main principal",
            "entire complete",
            "around about",
            "approximately about",
            "provide supply",
            "good fine",
            "like enjoy",
            "understand comprehend",
            "choose select",
            "find discover"
        };
        for (String pair : pairs) {
            String[] both = pair.split(" ", -1);
            SYNONYM.put(both[0], both[1]);
            SYNONYM.putIfAbsent(both[1], both[0]);
        }
    }

    final String title;

    Alteration(String title) {
        this.title = title;
    }

    abstract String of(String text, Random random);
}
